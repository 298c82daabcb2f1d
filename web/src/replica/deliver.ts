import { type DocketClient, NotFoundError, ProblemError, type Task, type TaskOperation } from '@docket/sdk'
import { sentenceOf } from '../docket.ts'
import type { Entry } from './database.ts'
import { holds, isSame, targetOf } from './operations.ts'
import { withOperation, without } from './outbox.ts'

/** Answers that say nothing of the operations: later, or as somebody who is signed in, they may be done. */
const PASSING = [401, 403, 408, 429, 503]
/** How often the server may fail over one entry, before the person is asked. */
const FAILURES = 8

/** What became of an entry: the server has it and left these tasks, or it has to change before it is sent again. */
export type Delivery = { left: Task[] } | { entry: Entry; failure?: ProblemError }

/**
 * Sends an entry.
 *
 * @throws {DocketError} what passes: there is no answer, nobody is signed in, the server is busy
 */
export async function deliver(docket: DocketClient, entry: Entry): Promise<Delivery> {
  const { data, error } = await docket.result.bulkTasks({ body: { operations: entry.operations } }, { idempotencyKey: entry.key })
  if (data) return { left: data.items }
  if (!(error instanceof ProblemError)) throw error
  const isForeign = error.code === 'foreign_answer'
  if (PASSING.includes(error.status) && !(isForeign && error.status === 403)) throw error
  if (error.status >= 500) {
    const failures = (entry.failures ?? 0) + 1
    return { entry: { ...entry, failures, ...(failures >= FAILURES ? refused(sentenceOf(error)) : {}) }, failure: error }
  }
  if (isForeign) return { entry: { ...entry, ...refused(`What stands between this device and the server refused it (${error.status}).`) } }

  const index = Number(/^\/operations\/(\d+)/.exec(error.errors[0]?.pointer ?? '')?.[1] ?? 0)
  const operation = entry.operations[index] as TaskOperation
  // Its answer was lost, a day ago or more: the id is one that nobody else has.
  if (error.code === 'task_id_taken') return { entry: without(entry, index) }
  if (error.code === 'task_not_found') return { entry: gone(entry, index) }
  if (error.status === 412 && operation.action === 'update') return { entry: await reconciled(docket, entry, index, operation) }
  return { entry: { ...entry, ...refused(error.errors.map(({ detail }) => detail).join(', ') || sentenceOf(error)) } }
}

const refused = (why: string) => ({ state: 'refused' as const, why })

/** Deleted is what the person wanted, and of many the others are done all the same; what is about one task alone cannot be done. */
const gone = (entry: Entry, index: number): Entry =>
  entry.operations.length > 1 || entry.operations[index]?.action === 'delete'
    ? without(entry, index)
    : { ...entry, ...refused('It is in the trash by now, or gone.') }

/** Somebody else was faster. Only what both of them changed is a conflict. */
async function reconciled(docket: DocketClient, entry: Entry, index: number, operation: Extract<TaskOperation, { action: 'update' }>): Promise<Entry> {
  const { data: theirs, error } = await docket.result.getTask({ task: targetOf(operation) })
  if (error instanceof NotFoundError) return gone(entry, index)
  if (error) throw error
  if (holds(theirs, operation.changes)) return without(entry, index)
  const over = (entry.inverse[index] as typeof operation).changes
  const changes = { ...operation.changes, ...(operation.changes.labels ? { labels: merged(over.labels, operation.changes.labels, theirs.labels) } : {}) }
  const members = Object.keys(changes) as (keyof typeof over)[]
  if (members.every((member) => member === 'labels' || isSame(theirs[member], over[member]) || isSame(theirs[member], changes[member])))
    return withOperation(entry, index, { ...operation, changes, if_match: theirs.etag })
  return { ...entry, state: 'conflict', conflict: { index, theirs } }
}

/** Labels that each of two added are both there, and those that one took away are not. */
const merged = (over: string[] = [], mine: string[], theirs: string[]): string[] => [
  ...theirs.filter((label) => mine.includes(label) || !over.includes(label)),
  ...mine.filter((label) => !over.includes(label) && !theirs.includes(label)),
]
