import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'

/**
 * The rows `caller(user_id)` that every statement of a user starts from: one row while the session
 * exists, belongs to the user and has not expired, else none.
 */
export function liveCaller(caller: Caller): Fragment {
  return sql.fragment`
    caller as (
      select "userId" as user_id
      from session
      where id = ${caller.sessionId}::uuid
        and "userId" = ${caller.userId}::uuid
        and "expiresAt" > now()
    )`
}

/**
 * Rows of a table that belong to `owner`, a CTE with the caller's `user_id`. The id stands beside
 * it as a value: only then does the planner know whether this user has many rows or few, and a
 * distributed database which shard they are in.
 */
export function ownedBy(
  owner: 'caller' | 'user_version',
  caller: Pick<Caller, 'userId'>,
  table: string,
): Fragment {
  const userId = sql.identifier([table, 'user_id'])
  return sql.fragment`
    ${userId} = ${sql.identifier([owner, 'user_id'])}
    and ${userId} = ${caller.userId}::uuid`
}
