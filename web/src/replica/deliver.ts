import { type DocketClient, isProblem, ProblemError, type Task, type TaskOperation } from '@docket/sdk'
import { sentenceOf } from '../docket.ts'
import type { Entry } from './database.ts'
import { holds, isSame, targetOf } from './operations.ts'
import { withOperation, without } from './outbox.ts'

/** Answers that say nothing of the operations: later, or as somebody who is signed in, they may be done. */
const PASSING = [401, 403, 408, 429, 503]
/** How often the server may fail over one entry, before the person is asked. */
const FAILURES = 8

/** What became of an entry: the server has it and left these tasks, it has to change before it is sent again, or the server failed over it. */
export type Delivery = { left: Task[] } | { entry: Entry } | { entry: Entry; failure: ProblemError }

/**
 * Sends an entry.
 *
 * @throws {DocketError} what passes: there is no answer, nobody is signed in, the server is busy
 */
export async function deliver(docket: DocketClient, entry: Entry): Promise<Delivery> {
  const { data, error } = await docket.result.bulkTasks({ body: { operations: entry.operations } }, { idempotencyKey: entry.key })
  if (data) return { left: data.items }
  const isForeign = error instanceof ProblemError && error.code === 'foreign_answer'
  if (isForeign && error.status < 500 && ![401, 408, 429].includes(error.status))
    return { entry: { ...entry, ...refused(`What stands between this device and the server refused it (${error.status}).`) } }
  const known = notPassing(error)
  if (known.status >= 500) return failing(entry, known)

  const index = Number(/^\/operations\/(\d+)/.exec(known.errors[0]?.pointer ?? '')?.[1] ?? 0)
  const operation = entry.operations[index] as TaskOperation
  // Its answer was lost, a day ago or more: the id is one that nobody else has.
  if (known.code === 'task_id_taken') return { entry: without(entry, index) }
  if (known.code === 'task_not_found') return { entry: gone(entry, index) }
  if (known.status === 412 && operation.action === 'update') return reconciled(docket, entry, index, operation)
  return { entry: { ...entry, ...refused(known.errors.map(({ detail }) => detail).join(', ') || sentenceOf(known)) } }
}

/** @throws {DocketError} what passes */
function notPassing(error: Error): ProblemError {
  if (!(error instanceof ProblemError) || PASSING.includes(error.status)) throw error
  return error
}

function failing(entry: Entry, failure: ProblemError): Delivery {
  const failures = (entry.failures ?? 0) + 1
  return { entry: { ...entry, failures, ...(failures >= FAILURES ? refused(sentenceOf(failure)) : {}) }, failure }
}

const refused = (why: string) => ({ state: 'refused' as const, why })

/** Deleted is what the person wanted, and of many the others are done all the same; what is about one task alone cannot be done. */
const gone = (entry: Entry, index: number): Entry =>
  entry.operations.length > 1 || entry.operations[index]?.action === 'delete'
    ? without(entry, index)
    : { ...entry, ...refused('It is in the trash by now, or gone.') }

/** Somebody else was faster. Only what both of them changed is a conflict. */
async function reconciled(docket: DocketClient, entry: Entry, index: number, operation: Extract<TaskOperation, { action: 'update' }>): Promise<Delivery> {
  const { data: theirs, error } = await docket.result.getTask({ task: targetOf(operation) })
  if (isProblem(error, 'task_not_found')) return { entry: gone(entry, index) }
  if (error) return failing(entry, notPassing(error))
  if (holds(theirs, operation.changes)) return { entry: without(entry, index) }
  const over = (entry.inverse[index] as typeof operation).changes
  const changes = { ...operation.changes, ...(operation.changes.labels ? { labels: merged(over.labels, operation.changes.labels, theirs.labels) } : {}) }
  const members = Object.keys(changes) as (keyof typeof over)[]
  if (members.every((member) => member === 'labels' || isSame(theirs[member], over[member]) || isSame(theirs[member], changes[member])))
    return { entry: withOperation(entry, index, { ...operation, changes, if_match: theirs.etag }) }
  return { entry: { ...entry, state: 'conflict', conflict: { index, theirs } } }
}

/** Labels that each of two added are both there, and those that one took away are not. */
const merged = (over: string[] = [], mine: string[], theirs: string[]): string[] => [
  ...theirs.filter((label) => mine.includes(label) || !over.includes(label)),
  ...mine.filter((label) => !over.includes(label) && !theirs.includes(label)),
]
