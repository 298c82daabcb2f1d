import type { Operation, TaskUpdate } from '@docket/sdk'
import { add, type Database } from './database.ts'
import { apply, type Copy, copied, holds, inverseOf } from './operations/operations.ts'
import { loadSeries } from './operations/series.ts'
import { leftBy } from './outbox.ts'

/** One thing to do. */
export interface Step {
  operation: Operation
  /**
   * The values on which an update is based, if they are not the current ones. If the task no longer
   * has them, that is a conflict.
   */
  over?: TaskUpdate
}

/** A version that no task has. It forces a comparison of the update with the current values. */
const NEVER = '"0"'

/**
 * Puts steps into the outbox as one entry: the server does all of them, or none.
 *
 * @param shown what the person sees; asked for once the outbox was read, so that they
 *   are not older than it
 * @param about what it is about, for the message that it failed
 * @returns what takes it back
 */
export async function perform(
  database: Database,
  userId: string,
  shown: () => Copy,
  steps: Step[],
  about: string,
): Promise<Step[]> {
  if (steps.some(({ operation }) => isOfSeries(operation, shown()))) await loadSeries()
  const at = new Date().toISOString()
  const back: Step[] = []
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  const left = leftBy(await transaction.store.getAll())
  const copy = copied(shown())
  const operations = updatesFirst(steps).map(({ operation, over }): Operation => {
    if (operation.action !== 'update_task') {
      back.push({ operation: inverseOf(copy, operation) })
      apply(copy, operation, { at, userId })
      return operation
    }
    const inverse = inverseOf(copy, operation)
    const before = over ?? (inverse.action === 'update_task' ? inverse.changes : {})
    back.push({ operation: { ...operation, changes: before }, over: operation.changes })
    const task = copy.tasks.get(operation.id)
    const done = left.get(operation.id)
    // The version whose values the update is based on, not a newer version that the user has not
    // seen.
    const version = holds(task, before) ? (done && holds(done, before) ? done : task)?.etag : ''
    apply(copy, operation, { at, userId })
    return { ...operation, if_match: version || NEVER }
  })
  const inverse = back.map(({ operation }) => operation)
  await add(transaction.store, {
    key: crypto.randomUUID(),
    at,
    about,
    operations,
    inverse,
    state: 'waiting',
  })
  await transaction.done
  return back.toReversed()
}

/**
 * An update is done to the version that it names: nothing of the same entry may change the task
 * before it. What is created in the entry has no version yet, and is not updated in it.
 */
const updatesFirst = (steps: Step[]): Step[] => {
  const isUpdate = ({ operation }: Step) => operation.action === 'update_task'
  return [...steps.filter(isUpdate), ...steps.filter((step) => !isUpdate(step))]
}

/** Whether it completes, reopens or skips a task that recurs. */
const isOfSeries = (operation: Operation, { tasks }: Copy): boolean =>
  (operation.action === 'complete_task' || operation.action === 'skip_task') &&
  tasks.get(operation.id)?.recurrence != null
