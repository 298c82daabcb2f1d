import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { liveCaller } from './live-caller.ts'
import type { Unchanged } from './precondition.ts'
import { countUsage, type Growth } from './write/quota.ts'

/** Whether the version of the user is one of these. */
export function isUnchanged(unchanged: Unchanged): Fragment {
  return unchanged === 'any'
    ? sql.fragment`true`
    : sql.fragment`version::text = any(${sql.array(unchanged, 'text')})`
}

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

/**
 * The row `user_version(user_id, version, tasks, bytes)` of `caller`, as the statement's snapshot
 * has it. Every write begins with it.
 */
export function userVersion(caller: Pick<Caller, 'userId'>): Fragment {
  return sql.fragment`
  user_version as materialized (
    select user_versions.user_id, version, tasks, bytes, clock_timestamp() as now
    from user_versions
    join caller using (user_id)
    where user_versions.user_id = ${caller.userId}::uuid
  )`
}

/**
 * The row `advanced(user_id, version, at)`: the last of the versions that a write takes.
 *
 * It is empty where another write has taken a version since the snapshot: what this statement has
 * read is outdated then, it writes nothing, and is run again (see `Statements.write`). From here on
 * no other request writes a resource of this user. Lock order everywhere: version row, resource
 * row, idempotency key. Later versions never have earlier times.
 *
 * @param changed a CTE with `user_id`, in which at most one row says what is written
 * @param count how many versions
 */
export function advanced(
  caller: Pick<Caller, 'userId'>,
  changed: string,
  { count, growth }: { count?: Fragment; growth?: Growth | undefined } = {},
): Fragment {
  const usage = growth ? sql.fragment`, ${countUsage(growth)}` : sql.fragment``
  const row = sql.identifier([changed])
  return sql.fragment`
    advanced as (
      update user_versions
      set
        version = user_versions.version + ${count ?? sql.fragment`1`},
        at = greatest(user_versions.at, user_version.now)${usage}
      from user_version, ${row}
      where user_versions.user_id = ${caller.userId}::uuid
        and user_versions.user_id = ${sql.identifier([changed, 'user_id'])}
        and user_versions.version = user_version.version
      returning user_versions.user_id, user_versions.version, user_versions.at
    )`
}

/** True of a statement that would have written, had its snapshot not been outdated. */
export function isOutdated(changed: string): Fragment {
  return sql.fragment`
    exists (select from ${sql.identifier([changed])}) and not exists (select from advanced)`
}
