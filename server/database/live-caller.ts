import { sql } from 'slonik'

export { sql }

/**
 * The rows `live(user_id)` that every task statement starts from: one row while the caller's session is there,
 * belongs to them and has not expired, else none.
 */
export function liveCaller(caller: { userId: string; sessionId: string }) {
  return sql.fragment`
    live as (
      select "userId" as user_id from session
      where id = ${caller.sessionId}::uuid and "userId" = ${caller.userId}::uuid and "expiresAt" > now()
    )`
}
