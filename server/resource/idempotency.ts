import { createHash } from 'node:crypto'
import { sql } from '../database/live-caller.ts'
import { columns } from '../tasks/fields.ts'

/** An `Idempotency-Key` and what it stands for. */
export interface Once {
  key: string
  requestHash: string
}

/**
 * Undefined where no key came. The same operation on the same task with the same members, in any
 * order, is the same request.
 */
export function once(
  key: string | undefined,
  operation: string,
  taskId: string | undefined,
  body: object | string | undefined,
): Once | undefined {
  if (key === undefined) return undefined
  const request = JSON.stringify([operation, taskId, body], (_, value: unknown) =>
    isMembers(value) ? inOrder(value) : value,
  )
  return { key, requestHash: createHash('sha256').update(request).digest('base64url') }
}

/** Says of an answer whether it is a kept one. */
export const replayedHeader = (outcome: 'done' | 'replayed') =>
  outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {}

const isMembers = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const inOrder = (members: object) =>
  Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))

const isKept = sql.fragment`created_at > now() - interval '24 hours'`

/**
 * The rows `earlier`: what was done under this key and answered, if anything; and `replayed`: the
 * answer where it is a task.
 * Of two with one key at once, the later to write breaks the primary key, is rolled back whole, and
 * run again finds the earlier one here.
 */
export function earlierAnswer(request: Once | undefined) {
  if (!request) {
    return sql.fragment`
      earlier as (select null::boolean as is_same, null::int as status, null::json as answer where false),
      replayed as (select ${columns} from tasks where false)`
  }
  return sql.fragment`
    expired as (
      delete from idempotency_keys using live
      where idempotency_keys.user_id = live.user_id and key = ${request.key} and not (${isKept}) returning key
    ),
    earlier as (
      select request_hash = ${request.requestHash} as is_same, status::int, answer from idempotency_keys join live using (user_id)
      where key = ${request.key} and ${isKept}
    ),
    replayed as (select ${columns} from earlier cross join lateral json_populate_record(null::tasks, answer) as tasks where answer is not null)`
}

/**
 * Keeps the answer for as long as a retry may come; `done` is one row with `status` and `answer`
 * where something was done.
 */
export function keptAnswer(request: Once | undefined, done: ReturnType<typeof sql.fragment>) {
  if (!request) return sql.fragment``
  // An expired key must be gone before its successor comes.
  return sql.fragment`,
    kept as (
      insert into idempotency_keys (user_id, key, request_hash, status, answer, created_at)
      select live.user_id, ${request.key}, ${request.requestHash}, done.status, done.answer, now()
      from live cross join (${done}) done
      where not exists (select from earlier) and (select count(*) from expired) >= 0
    )`
}
