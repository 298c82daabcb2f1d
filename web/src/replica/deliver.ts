import {
  type DocketClient,
  type DocketError,
  ForeignResponse,
  isProblem,
  NoResponseError,
  type Operation,
  ProblemError,
  type Task,
} from '@docket/sdk'
import { fold } from '../../../rules/fold.ts'
import { sentenceOf } from '../sentences.ts'
import type { Entry } from './database.ts'
import { holds, isSame, memberOf, targetOf } from './operations/operations.ts'
import { split, withOperation, without } from './outbox.ts'

/**
 * Statuses of problems that say nothing about the operations. They may succeed later, or in a
 * session.
 */
const PASSING = [401, 403, 408, 429, 503]
/** How often the server may fail over one entry, before the person is asked. */
const FAILURES = 8

/**
 * The result of sending an entry: the server has it and left these tasks, it has to change before
 * it is sent again, or the server failed over it.
 * `refused`: the operations that the server does not take, apart from the others, which wait to be
 * sent without them.
 */
export type Delivery =
  | { left: Task[] }
  | { entry: Entry; refused?: Entry }
  | { entry: Entry; failure: DocketError }

/**
 * Sends an entry.
 *
 * @param signal ends it, where the entry is discarded meanwhile
 * @throws {DocketError} what passes: there is no response of Docket, the session has ended, the
 *   server is busy
 * @throws the reason of the signal
 */
export async function deliver(
  docket: DocketClient,
  { isBlocked: _, ...entry }: Entry,
  signal: AbortSignal,
): Promise<Delivery> {
  const { data, error } = await docket.result.applyOperations(
    { body: { operations: entry.operations } },
    { idempotencyKey: entry.key, signal },
  )
  if (data)
    return { left: data.items.flatMap((item) => (item.type === 'task' ? [item.value] : [])) }
  // The cause may be a portal that blocks all requests, or a filter that blocks this text. The next
  // other request to the server shows which.
  if (error instanceof NoResponseError && error.cause instanceof ForeignResponse)
    return { entry: { ...entry, isBlocked: true }, failure: error }
  const known = notPassing(error)
  if (known.status >= 500) return failing(entry, known)

  const named = /^\/operations\/(\d+)/.exec(known.errors[0]?.pointer ?? '')?.[1]
  const index = Number(named ?? 0)
  const operation = entry.operations[index]
  if (!operation) return { entry: { ...entry, ...refused(sentenceOf(known)) } }
  // The response was lost at least a day ago. The id is unique, so the task is the one that was
  // created here.
  if (known.code === 'task_id_taken' || known.code === 'list_id_taken')
    return { entry: without(entry, index) }
  if (known.code === 'task_not_found' || known.code === 'list_not_found')
    return { entry: gone(entry, index) }
  if (known.status === 412 && operation.action === 'update_task')
    return reconciled(docket, entry, index, operation)
  if (named === undefined) return { entry: { ...entry, ...refused(sentenceOf(known)) } }
  const { rest, apart } = split(entry, index, operation)
  const refusedEntry = { ...apart, ...refused(sentenceOf(known)) }
  return rest.operations.length > 0
    ? { entry: rest, refused: refusedEntry }
    : { entry: { ...entry, ...refused(sentenceOf(known)) } }
}

/** @throws {DocketError} what passes */
function notPassing(error: Error): ProblemError {
  if (!(error instanceof ProblemError) || PASSING.includes(error.status)) throw error
  return error
}

function failing(entry: Entry, failure: ProblemError): Delivery {
  const failures = (entry.failures ?? 0) + 1
  return {
    entry: { ...entry, failures, ...(failures >= FAILURES ? refused(sentenceOf(failure)) : {}) },
    failure,
  }
}

const refused = (why: string) => ({ state: 'refused' as const, why })

/**
 * Handles a task or list that no longer exists. A delete has reached its goal. In an entry with
 * several operations the others are still done. An operation on a single task is refused.
 */
const gone = (entry: Entry, index: number): Entry =>
  entry.operations.length > 1 || entry.operations[index]?.action.startsWith('delete_')
    ? without(entry, index)
    : { ...entry, ...refused('It has been deleted.') }

/** Another device changed it first. Only what both changed is a conflict. */
async function reconciled(
  docket: DocketClient,
  entry: Entry,
  index: number,
  operation: Extract<Operation, { action: 'update_task' }>,
): Promise<Delivery> {
  const { data: theirs, error } = await docket.result.getTask({ task: targetOf(operation) })
  if (isProblem(error, 'task_not_found')) return { entry: gone(entry, index) }
  if (error) return failing(entry, notPassing(error))
  if (holds(theirs, operation.changes)) return { entry: without(entry, index) }
  const inverse = entry.inverse[index]
  const over = inverse?.action === 'update_task' ? inverse.changes : {}
  const changes = {
    ...operation.changes,
    ...(operation.changes.labels
      ? { labels: merged(over.labels, operation.changes.labels, theirs.labels) }
      : {}),
  }
  const isSettled = (member: string) =>
    member === 'labels' ||
    isSame(memberOf(theirs, member), memberOf(over, member)) ||
    isSame(memberOf(theirs, member), memberOf(changes, member))
  if (Object.keys(changes).every(isSettled))
    return { entry: withOperation(entry, index, { ...operation, changes, if_match: theirs.etag }) }
  return { entry: { ...entry, state: 'conflict', conflict: { index, theirs } } }
}

/**
 * Merges labels: keeps those that either side added, and drops those that either side removed.
 * Different spellings of a label are the same label.
 */
function merged(over: string[] = [], mine: string[], theirs: string[]): string[] {
  const isIn = (labels: string[], label: string) =>
    labels.some((each) => fold(each) === fold(label))
  // A spelling that was chosen here stays.
  const spelled = (label: string) =>
    mine.find((each) => fold(each) === fold(label) && !over.includes(each)) ?? label
  return [
    ...theirs.filter((label) => isIn(mine, label) || !isIn(over, label)).map(spelled),
    ...mine.filter((label) => !isIn(over, label) && !isIn(theirs, label)),
  ]
}
