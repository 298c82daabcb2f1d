import type { Task } from '@docket/sdk'
import { uuidv7 } from 'uuidv7'
import { LEVELS } from '../../../../../rules/limits.ts'
import { orderOf } from '../../../replica/operations/position.ts'
import { above, below, levelOf, subtasksOf } from '../../../replica/operations/tree.ts'
import type { Replica, Step } from '../../../replica/replica.ts'
import { remember, remembered } from '../../../ui/device.ts'

interface Doing {
  act: (steps: Step[], name: string, said: string, isQuiet?: boolean) => Promise<boolean>
  announce: (said: string) => void
}

/** The tasks without those that are below another one of them: they follow it. */
export function topmost(tasks: Task[], all: ReadonlyMap<string, Task>): Task[] {
  const ids = new Set(tasks.map(({ id }) => id))
  return tasks.filter((task) => !above(all, task).some(({ id }) => ids.has(id)))
}

/** The open subtasks of all levels, which are done when their task is. */
export function openBelow(task: Task, all: ReadonlyMap<string, Task>): Task[] {
  if (task.subtasks.open + task.subtasks.done === 0) return []
  return below(subtasksOf(all), task.id).filter(
    ({ completed, trashed_at }) => !completed && trashed_at === null,
  )
}

/** Whether a task, with what is below it, can be under another one. */
export function fitsUnder(task: Task, parent: Task, all: ReadonlyMap<string, Task>): boolean {
  const tree = below(subtasksOf(all), task.id)
  if (parent.id === task.id || tree.includes(parent)) return false
  const level = levelOf(all, task)
  const height = Math.max(0, ...tree.map((each) => levelOf(all, each) - level))
  return levelOf(all, parent) + 1 + height <= LEVELS
}

/** A task under another one, in whose list it is then; or under none, in the list that it is in. */
export const putUnder = ({ id }: Task, parentId: string | null): Step => ({
  operation: { action: 'update_task', id, changes: { parent_id: parentId } },
})

/** What a person does to subtasks. */
export function subtaskActions(replica: Replica, { act, announce }: Doing) {
  const tasks = () => replica.getSnapshot().tasks
  const moveAfter = (id: string, after: string): Step => ({
    operation: { action: 'move_task', id, place: { after } },
  })

  return {
    /** A new subtask, below those that are there. */
    addSubtask(parent: Task, title: string) {
      const value = { id: uuidv7(), parent_id: parent.id, title }
      return act(
        [{ operation: { action: 'create_task', value } }],
        title,
        `Added “${title}” to “${parent.title}”`,
        true,
      )
    },
    /** Makes a task the last subtask of another one. */
    async indent(task: Task, parent: Task): Promise<boolean> {
      if (!fitsUnder(task, parent, tasks())) {
        announce('Subtasks go no deeper than the fourth level.')
        return false
      }
      remember(
        'folded',
        remembered('folded').filter((id) => id !== parent.id),
      )
      const siblings = new Set((subtasksOf(tasks()).get(parent.id) ?? []).map(({ id }) => id))
      const last = orderOf(tasks()).findLast(({ id }) => siblings.has(id))
      return act(
        [putUnder(task, parent.id), ...(last ? [moveAfter(task.id, last.id)] : [])],
        task.title,
        `Made “${task.title}” a subtask of “${parent.title}”`,
      )
    },
    /** Takes a subtask out of its parent, and puts it after it. */
    async outdent(task: Task): Promise<boolean> {
      const parent = tasks().get(task.parent_id ?? '')
      if (!parent) return false
      return act(
        [putUnder(task, parent.parent_id), moveAfter(task.id, parent.id)],
        task.title,
        `Moved “${task.title}” out of “${parent.title}”`,
      )
    },
  }
}
