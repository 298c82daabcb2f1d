import { type DocketClient, NotFoundError, ProblemError, type Task, type TaskOperation } from '@docket/sdk'
import { sentenceOf } from '../docket.ts'
import type { Entry } from './database.ts'
import { isSame, targetOf } from './operations.ts'
import { withOperation, without } from './outbox.ts'

/** Answers that say nothing of the operations: later, or as somebody who is signed in, they may be done. */
const PASSING = [401, 403, 408, 429]

/** What became of an entry: the server has it and left these tasks, or it has to change before it is sent again. */
export type Delivery = { left: Task[] } | { entry: Entry }

/**
 * Sends an entry.
 *
 * @throws {DocketError} what passes: there is no answer, nobody is signed in, the server is busy
 */
export async function deliver(docket: DocketClient, entry: Entry): Promise<Delivery> {
  const { data, error } = await docket.result.bulkTasks({ body: { operations: entry.operations } }, { idempotencyKey: entry.key })
  if (data) return { left: data.items }
  if (!(error instanceof ProblemError) || error.status >= 500 || PASSING.includes(error.status) || error.code === 'foreign_answer') throw error

  const index = Number(/^\/operations\/(\d+)/.exec(error.errors[0]?.pointer ?? '')?.[1] ?? 0)
  const operation = entry.operations[index] as TaskOperation
  // Its answer was lost, a day ago or more: the id is one that nobody else has.
  if (error.code === 'task_id_taken') return { entry: without(entry, index) }
  if (error.code === 'task_not_found') {
    // Gone is what the person wanted.
    if (operation.action === 'delete' || entry.operations.length > 1) return { entry: without(entry, index) }
    return { entry: { ...entry, state: 'refused', why: 'It is in the trash by now, or gone.' } }
  }
  if (error.status === 412 && operation.action === 'update') return { entry: await reconciled(docket, entry, index, operation) }
  return { entry: { ...entry, state: 'refused', why: sentenceOf(error) } }
}

/** Somebody else was faster. Only what both of them changed is a conflict. */
async function reconciled(docket: DocketClient, entry: Entry, index: number, operation: Extract<TaskOperation, { action: 'update' }>): Promise<Entry> {
  const { data: theirs, error } = await docket.result.getTask({ task: targetOf(operation) })
  if (error instanceof NotFoundError) return { ...entry, state: 'refused', why: 'It is in the trash by now, or gone.' }
  if (error) throw error
  const before = (entry.inverse[index] as typeof operation).changes
  const members = Object.keys(operation.changes) as (keyof typeof before)[]
  if (members.every((member) => isSame(theirs[member], operation.changes[member]))) return without(entry, index)
  if (members.every((member) => isSame(theirs[member], before[member]) || isSame(theirs[member], operation.changes[member])))
    return withOperation(entry, index, { ...operation, if_match: theirs.etag })
  return { ...entry, state: 'conflict', conflict: { index, theirs } }
}
