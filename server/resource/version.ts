import { sql } from '../database/live-caller.ts'
import type { Unchanged } from './precondition.ts'

/**
 * The next version of a user's clock and the time that goes with it. Who holds the clock reads the
 * time, so that later versions never have earlier times, whoever began first.
 */
export const tick = ticks(sql.fragment`1`)

/** As many versions at once. */
export function ticks(count: ReturnType<typeof sql.fragment>) {
  return sql.fragment`version = task_clock.version + ${count}, at = greatest(task_clock.at, clock_timestamp())`
}

/** Whether the clock still shows one of these versions. */
export function isKnown(unchanged: Unchanged) {
  return unchanged === 'any'
    ? sql.fragment`true`
    : sql.fragment`version::text = any(${sql.array(unchanged, 'text')})`
}

/**
 * The rows `held(user_id, tasks, bytes)` of `live`, with what the user has: from here on nobody
 * else writes a task of this user. Every write begins with it, so that none waits for another that
 * waits for it. It is empty when the user is gone.
 */
export const heldClock = sql.fragment`
  held as materialized (
    select task_clock.user_id, task_clock.tasks, task_clock.bytes from task_clock join live on task_clock.user_id = live.user_id
    for no key update of task_clock
  )`
