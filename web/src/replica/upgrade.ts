import type { Operation, Task } from '@docket/sdk'
import type { Entry, Upgrade } from './database.ts'

/** An operation as Docket 0.5 had it, for tasks only. */
interface OldOperation {
  action: string
  task_id?: string
  task?: object
}

/**
 * Brings the database of Docket 0.5 up to date. What was done stays in the outbox; it gets a new
 * key, because it is another request to the server. The tasks stay too: none was in a list.
 */
export async function upgradeFrom1(transaction: Upgrade): Promise<void> {
  const outbox = transaction.objectStore('outbox')
  for (const entry of await outbox.getAll())
    void outbox.put({
      ...entry,
      ...(entry.state === 'done' ? {} : { key: crypto.randomUUID() }),
      operations: entry.operations.map(upgraded),
      inverse: entry.inverse.map(upgraded),
    } satisfies Entry)
  const tasks = transaction.objectStore('tasks')
  for (const task of await tasks.getAll()) void tasks.put({ ...task, list_id: null })
}

const ADDED = { parent_id: null, starts_on: null, subtasks: { open: 0, done: 0 } }
/** The tasks of Docket 0.6 had no subtasks, unless its app has met a newer server. */
export async function upgradeFrom2(transaction: Upgrade): Promise<void> {
  const tasks = transaction.objectStore('tasks')
  for (const task of await tasks.getAll()) void tasks.put({ ...ADDED, ...task } satisfies Task)
}

/** The tasks of Docket 0.7 did not recur, unless its app has met a newer server. */
export async function upgradeFrom4(transaction: Upgrade): Promise<void> {
  const added = { recurrence: null, series_id: null, next_task_id: null }
  const tasks = transaction.objectStore('tasks')
  for (const task of await tasks.getAll()) void tasks.put({ ...added, ...task } satisfies Task)
}

function upgraded(operation: Operation): Operation {
  const { action, task_id, task, ...rest }: OldOperation = operation
  return {
    ...rest,
    action: `${action}_task`,
    ...(task ? { value: task } : { id: task_id }),
  } as Operation
}
