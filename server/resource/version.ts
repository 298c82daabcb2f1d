import { type Fragment, sql } from '../database/sql.ts'
import type { Unchanged } from './precondition.ts'

/**
 * Advances the version of a user, for the `set` of an update of `task_clock`. The time is read
 * while the row is locked, so that later versions never have earlier times.
 */
export const nextVersion = nextVersions(sql.fragment`1`)

/** Advances it by several versions at once. */
export function nextVersions(count: Fragment): Fragment {
  return sql.fragment`
    version = task_clock.version + ${count},
    at = greatest(task_clock.at, clock_timestamp())`
}

/** Whether the version of the user is one of these. */
export function isUnchanged(unchanged: Unchanged): Fragment {
  return unchanged === 'any'
    ? sql.fragment`true`
    : sql.fragment`version::text = any(${sql.array(unchanged, 'text')})`
}

/**
 * The rows `locked_version(user_id, tasks, bytes)` of `caller`, with what the user stores. It is
 * empty when the user is gone.
 *
 * Every write begins with it: from here on no other request writes a task of this user, and no two
 * requests wait for each other. Lock order everywhere: version row, task row, idempotency key.
 */
export const lockedVersion = sql.fragment`
  locked_version as materialized (
    select task_clock.user_id, task_clock.tasks, task_clock.bytes
    from task_clock
    join caller on task_clock.user_id = caller.user_id
    for no key update of task_clock
  )`
