import type { Operation, Task, TaskCreate, TaskMove, TaskUpdate } from '@docket/sdk'
import type { Dispatch, SetStateAction } from 'react'
import { uuidv7 } from 'uuidv7'
import { fold } from '../../../../../rules/fold.ts'
import { LIMITS } from '../../../../../rules/limits.ts'
import { valuesOf } from '../../../replica/operations/operations.ts'
import { levelOf } from '../../../replica/operations/tree.ts'
import type { Replica, Step } from '../../../replica/replica.ts'
import { errorOf } from '../../../sentences.ts'
import type { Undoable } from '../undo.tsx'
import { batches } from './batches.ts'
import { completeActions } from './complete.ts'
import { labelActions } from './labels.ts'
import { listActions } from './lists.ts'
import { fitsUnder, putUnder, subtaskActions, topmost } from './subtasks.ts'

interface Around {
  /** Says to a screen reader what has happened. */
  announce: (said: string) => void
  offerUndo: Dispatch<SetStateAction<Undoable | undefined>>
  /** The device could not keep it. */
  failed: (error: Error | undefined) => void
}

export type Actions = ReturnType<typeof actionsOf>

/** Where a place is, in words. */
const whereOf = ({ before, to }: TaskMove, beside: Task | undefined): string =>
  beside ? ` ${before ? 'above' : 'below'} “${beside.title}”` : to ? ` to the ${to}` : ''
const placeAfter = (id: string | undefined): TaskMove => (id ? { after: id } : { to: 'top' })

/** Everything a person does. Each shows at once, says what it did, and can be taken back. */
export function actionsOf(replica: Replica, { announce, offerUndo, failed }: Around) {
  type Titled = Pick<Task, 'title'>[]
  const about = (tasks: Titled) =>
    tasks.length === 1 ? (tasks[0]?.title ?? '') : `${tasks.length} tasks`
  const quoted = (tasks: Titled) => (tasks.length === 1 ? `“${about(tasks)}”` : about(tasks))

  const isListGone = ({ list_id }: Task) =>
    list_id !== null && replica.getSnapshot().lists.get(list_id)?.trashed_at !== null

  async function perform(steps: Step[], name: string): Promise<Step[]> {
    const back: Step[] = []
    for (const part of batches(steps)) back.unshift(...(await replica.perform(part, name)))
    failed(undefined)
    return back
  }

  /** Does it, says it, and offers the way back. */
  async function act(steps: Step[], name: string, said: string, isQuiet = false): Promise<boolean> {
    if (steps.length === 0) return true
    const doing = perform(steps, name)
    const offered: Undoable = {
      said,
      isQuiet,
      undo: () => {
        offerUndo(undefined)
        doing.then((back) => perform(back, name)).then(() => announce('Undone'), failed)
      },
    }
    // Before it is kept: from this key on `z` takes back this, and not what was done before it.
    offerUndo(offered)
    try {
      await doing
      announce(said)
      return true
    } catch (error) {
      offerUndo((now) => (now === offered ? undefined : now))
      failed(errorOf(error))
      return false
    }
  }

  /** With the values that the person saw when they decided. */
  const update = (task: Task, changes: TaskUpdate, over?: TaskUpdate): Step => ({
    operation: { action: 'update_task', id: task.id, changes },
    over: over ?? valuesOf(task, changes),
  })

  const tops = (tasks: Task[]) => topmost(tasks, replica.getSnapshot().tasks)

  return {
    /**
     * New tasks, to the top of the manual order, the first one first.
     *
     * @param creations with an id where one was made before, so that what is tried again is not
     *   doubled
     * @param isSeen whether the person sees them where they are
     */
    async add(creations: TaskCreate[], isSeen: boolean): Promise<boolean> {
      const tasks = creations.map((task) => ({ id: uuidv7(), ...task }))
      const operations = tasks.flatMap((task, index): Operation[] => [
        { action: 'create_task', value: task },
        { action: 'move_task', id: task.id, place: placeAfter(tasks[index - 1]?.id) },
      ])
      const steps = operations.map((operation) => ({ operation }))
      // One that is seen where it is needs no words.
      return act(steps, about(tasks), `Added ${quoted(tasks)}`, isSeen && tasks.length === 1)
    },
    remove(tasks: Task[]) {
      return act(
        tops(tasks).map(({ id }) => ({ operation: { action: 'delete_task', id } })),
        about(tasks),
        `Moved ${quoted(tasks)} to Trash`,
      )
    },
    restore(tasks: Task[]) {
      // Parents first, so that what went to the trash on its own finds its parent again.
      const all = replica.getSnapshot().tasks
      const ordered = tasks.toSorted((a, b) => levelOf(all, a) - levelOf(all, b))
      return act(
        ordered.map(({ id }) => ({ operation: { action: 'restore_task', id } })),
        about(tasks),
        // Its list may still be in the trash.
        `Restored ${quoted(tasks)}${tasks.some(isListGone) ? ' to Inbox' : ''}`,
      )
    },
    /** @param over what it was typed over, where the task may have changed since */
    edit(task: Task, changes: TaskUpdate, over?: TaskUpdate) {
      return act([update(task, changes, over)], task.title, 'Saved')
    },
    /** Puts tasks into a list, or into the Inbox. */
    moveToList(tasks: Task[], listId: string | null) {
      const others = tops(tasks).filter(({ list_id }) => list_id !== listId)
      const name = replica.getSnapshot().lists.get(listId ?? '')?.name ?? 'Inbox'
      return act(
        others.map((task) =>
          // A subtask is in the list of its parent: to be in another one, it leaves it.
          update(task, {
            list_id: listId,
            ...(task.parent_id === null ? {} : { parent_id: null }),
          }),
        ),
        about(others),
        `Moved ${quoted(others)} to ${name}`,
      )
    },
    setPriority(tasks: Task[], priority: Task['priority']) {
      const others = tasks.filter((task) => task.priority !== priority)
      return act(
        others.map((task) => update(task, { priority })),
        about(others),
        priority === 'none' ? 'Removed the priority' : `Set to ${priority} priority`,
      )
    },
    addLabel(tasks: Task[], label: string) {
      const others = tasks.filter(
        ({ labels }) =>
          !labels.some((each) => fold(each) === fold(label)) && labels.length < LIMITS.labels,
      )
      return act(
        others.map((task) => update(task, { labels: [...task.labels, label] })),
        about(others),
        `Added #${label} to ${quoted(others)}`,
      )
    },
    /** Puts tasks somewhere in the manual order, under the parent of what they come next to. */
    async move(tasks: Task[], place: TaskMove): Promise<boolean> {
      const all = replica.getSnapshot().tasks
      const beside = all.get(place.before ?? place.after ?? '')
      const parent = all.get(beside?.parent_id ?? '')
      const moved = tops(tasks)
      const misfit = parent && moved.find((task) => !fitsUnder(task, parent, all))
      if (misfit) {
        announce(`“${misfit.title}” can't be under “${parent.title}”`)
        return false
      }
      const steps = moved.flatMap((task, index): Step[] => {
        const previous = moved[index - 1]
        const to = previous ? { after: previous.id } : place
        return [
          ...(beside && beside.parent_id !== task.parent_id
            ? [putUnder(task, beside.parent_id)]
            : []),
          { operation: { action: 'move_task', id: task.id, place: to } },
        ]
      })
      return act(steps, about(tasks), `Moved ${quoted(tasks)}${whereOf(place, beside)}`)
    },
    ...completeActions(replica, { act, about, quoted }),
    ...subtaskActions(replica, { act, announce }),
    ...listActions(act),
    ...labelActions(replica, { act, update }),
  }
}
