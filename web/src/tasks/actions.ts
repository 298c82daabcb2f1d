import type { Task, TaskCreate, TaskMove, TaskOperation, TaskUpdate } from '@docket/sdk'
import { uuidv7 } from 'uuidv7'
import type { Replica } from '../replica/replica.ts'
import type { Undoable } from '../shell/undo.tsx'

/** Of operations, so that each request stays far below what the contract takes at once. */
const AT_ONCE = 100

interface Around {
  /** Says to a screen reader what has happened. */
  announce: (said: string) => void
  offerUndo: (undoable: Undoable | undefined) => void
  /** The device could not keep it. */
  failed: (error: Error) => void
}

export type Actions = ReturnType<typeof actionsOf>

/** Everything a person does to tasks. Each shows at once, says what it did, and can be taken back. */
export function actionsOf(replica: Replica, { announce, offerUndo, failed }: Around) {
  const about = (tasks: Pick<Task, 'title'>[]) => (tasks.length === 1 ? (tasks[0] as Task).title : `${tasks.length} tasks`)

  async function perform(operations: TaskOperation[], name: string, base?: Parameters<Replica['perform']>[2]): Promise<TaskOperation[]> {
    const back: TaskOperation[] = []
    for (let start = 0; start < operations.length; start += AT_ONCE) {
      back.unshift(...(await replica.perform(operations.slice(start, start + AT_ONCE), name, base)))
    }
    return back
  }

  /** Does it, says it, and offers the way back. */
  async function act(operations: TaskOperation[], name: string, said: string, base?: Parameters<Replica['perform']>[2]): Promise<void> {
    if (operations.length === 0) return
    try {
      const back = await perform(operations, name, base)
      announce(said)
      offerUndo({
        said,
        undo: () => {
          offerUndo(undefined)
          perform(back, name).then(() => announce('Taken back'), failed)
        },
      })
    } catch (error) {
      failed(error as Error)
    }
  }

  const update = (task: Task, changes: TaskUpdate): TaskOperation => ({ action: 'update', task_id: task.id, changes })

  return {
    /** New tasks, to the top of the manual order, the first one first. */
    async add(creations: TaskCreate[]): Promise<boolean> {
      const tasks = creations.map((task) => ({ ...task, id: uuidv7() }))
      const operations = tasks.flatMap((task, index): TaskOperation[] => [
        { action: 'create', task },
        { action: 'move', task_id: task.id, place: index === 0 ? { to: 'top' } : { after: (tasks[index - 1] as { id: string }).id } },
      ])
      try {
        await perform(operations, about(tasks))
        announce(`Added ${about(tasks)}`)
        return true
      } catch (error) {
        failed(error as Error)
        return false
      }
    },
    complete(tasks: Task[], completed: boolean) {
      const operations = tasks.map(({ id }): TaskOperation => ({ action: 'complete', task_id: id, completed }))
      return act(operations, about(tasks), `${completed ? 'Done' : 'Open again'}: ${about(tasks)}`)
    },
    remove(tasks: Task[]) {
      return act(
        tasks.map(({ id }) => ({ action: 'delete', task_id: id })),
        about(tasks),
        `Deleted ${about(tasks)}`,
      )
    },
    restore(tasks: Task[]) {
      return act(
        tasks.map(({ id }) => ({ action: 'restore', task_id: id })),
        about(tasks),
        `Restored ${about(tasks)}`,
      )
    },
    /** @param base what it was typed over, where the task may have changed since */
    edit(task: Task, changes: TaskUpdate, base?: Parameters<Replica['perform']>[2]) {
      return act([update(task, changes)], task.title, `Changed ${changes.title ?? task.title}`, base)
    },
    setPriority(tasks: Task[], priority: Task['priority']) {
      const others = tasks.filter((task) => task.priority !== priority)
      return act(
        others.map((task) => update(task, { priority })),
        about(others),
        `Priority ${priority}: ${about(others)}`,
      )
    },
    setDue(tasks: Task[], day: string | null) {
      const changes = day === null ? { due_date: null, due_time: null, due_time_zone: null } : { due_date: day }
      return act(
        tasks.map((task) => update(task, changes)),
        about(tasks),
        day === null ? `No date: ${about(tasks)}` : `Due ${day}: ${about(tasks)}`,
      )
    },
    addLabel(tasks: Task[], label: string) {
      const others = tasks.filter(({ labels }) => !labels.includes(label))
      return act(
        others.map((task) => update(task, { labels: [...task.labels, label] })),
        about(others),
        `Label ${label}: ${about(others)}`,
      )
    },
    /** Puts tasks somewhere in the manual order, one after the other. */
    move(tasks: Task[], place: TaskMove) {
      const operations = tasks.map(({ id }, index): TaskOperation => {
        const previous = tasks[index - 1]
        return { action: 'move', task_id: id, place: previous ? { after: previous.id } : place }
      })
      return act(operations, about(tasks), `Moved ${about(tasks)}`)
    },
  }
}
