import { createHash } from 'node:crypto'
import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'

/** An `Idempotency-Key` and a hash of the request that it stands for. */
export interface IdempotencyKey {
  key: string
  requestHash: string
}

/**
 * Undefined where no key was sent. The same operation on the same resource with the same members,
 * in any order, is the same request.
 */
export function toIdempotencyKey(
  key: string | undefined,
  operation: string,
  resourceId: string | undefined,
  body: object | string | undefined,
): IdempotencyKey | undefined {
  if (key === undefined) return undefined
  const request = JSON.stringify([operation, resourceId, body], (_, value: unknown) =>
    isObject(value) ? withSortedMembers(value) : value,
  )
  return { key, requestHash: createHash('sha256').update(request).digest('base64url') }
}

/** The header that tells a replayed response from a first one. */
export const replayedHeader = (outcome: 'done' | 'replayed') =>
  outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const withSortedMembers = (object: object) =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

const isKept = sql.fragment`created_at > now() - interval '24 hours'`

/**
 * The rows `earlier(is_same, status, response)`: what was sent under this key, if anything.
 *
 * Of two requests with one key at once, the later one violates the primary key, or is outdated. It
 * writes nothing, and finds the earlier response when it is run again.
 */
export function earlierResponse(caller: Caller, key: IdempotencyKey | undefined): Fragment {
  if (!key)
    return sql.fragment`
    earlier as (
      select null::boolean as is_same, null::int as status, null::json as response
      where false
    )`
  return sql.fragment`
    expired as (
      delete from idempotency_keys
      using caller
      where idempotency_keys.user_id = caller.user_id
        and idempotency_keys.user_id = ${caller.userId}::uuid
        and key = ${key.key}
        and not (${isKept})
      returning key
    ),
    earlier as (
      select request_hash = ${key.requestHash} as is_same, status::int, response
      from idempotency_keys
      join caller using (user_id)
      where idempotency_keys.user_id = ${caller.userId}::uuid
        and key = ${key.key}
        and ${isKept}
    )`
}

/** The first cases of every outcome: an earlier response comes before everything else. */
export const earlierOutcome = sql.fragment`
        when earlier.is_same then 'replayed'
        when not earlier.is_same then 'key_reused'`

/**
 * Keeps a response for as long as a retry may come.
 *
 * @param done one row with `status` and `response` where something was done
 */
export function keptResponse(key: IdempotencyKey | undefined, done: Fragment): Fragment {
  if (!key) return sql.fragment``
  // Reading `expired` makes PostgreSQL delete the old row before the new one is inserted.
  return sql.fragment`,
    kept as (
      insert into idempotency_keys (user_id, key, request_hash, status, response, created_at)
      select caller.user_id, ${key.key}, ${key.requestHash}, done.status, done.response, now()
      from caller
      cross join (${done}) done
      where not exists (select from earlier)
        and (select count(*) from expired) >= 0
    )`
}
