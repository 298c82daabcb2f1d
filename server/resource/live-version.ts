import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { liveCaller } from './live-caller.ts'
import type { Unchanged } from './precondition.ts'
import { isUnchanged } from './version.ts'

/**
 * The rows `caller` and `user_version(user_id, version, changed)`: the version of the caller's
 * collections, and whether it is new to the client. Where it is not, nothing is read.
 */
export function liveVersion(caller: Caller, unchanged: Unchanged): Fragment {
  return sql.fragment`
    ${liveCaller(caller)},
    user_version as (
      select user_id, version::text, not ${isUnchanged(unchanged)} as changed
      from caller
      join user_versions using (user_id)
      where user_versions.user_id = ${caller.userId}::uuid
    )`
}
