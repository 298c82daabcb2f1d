import { createSqlTag, type QuerySqlToken } from '@slonik/sql-tag'

export const sql = createSqlTag()

/**
 * A statement with its values beside it. `isPlannedAnew`: which plan is good depends on the values,
 * so that none is kept.
 */
export type Statement = Pick<QuerySqlToken, 'sql' | 'values'> & { isPlannedAnew?: boolean }

/**
 * The rows `live(user_id)` that every task statement starts from: one row while the caller's
 * session is there, belongs to them and has not expired, else none.
 */
export function liveCaller(caller: { userId: string; sessionId: string }) {
  return sql.fragment`
    live as (
      select "userId" as user_id from session
      where id = ${caller.sessionId}::uuid and "userId" = ${caller.userId}::uuid and "expiresAt" > now()
    )`
}
