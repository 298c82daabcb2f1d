import { type Fragment, sql } from '../database/sql.ts'

/**
 * The rows `caller(user_id)` that every statement of a user starts from: one row while the session
 * exists, belongs to the user and has not expired, else none.
 */
export function liveCaller(caller: { userId: string; sessionId: string }): Fragment {
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
 * Rows of `tasks` that belong to `owner`, a CTE with the caller's `user_id`. The id stands beside
 * it as a value: only then does the planner know whether this user has many tasks or few.
 */
export function ownedBy(owner: 'caller' | 'user_version', caller: { userId: string }): Fragment {
  return sql.fragment`
    tasks.user_id = ${sql.identifier([owner, 'user_id'])}
    and tasks.user_id = ${caller.userId}::uuid`
}
