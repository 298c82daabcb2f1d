import { sql } from '../database/live-caller.ts'

/**
 * The next version of a user's clock and the time that goes with it. Who holds the clock reads the time, so that later versions never have
 * earlier times, whoever began first.
 */
export const tick = sql.fragment`version = task_clock.version + 1, at = greatest(task_clock.at, clock_timestamp())`

/**
 * The rows `held(user_id)` of `live`: from here on nobody else writes a task of this user. Every write begins with it, so that none waits for another
 * that waits for it. It is empty when the user is gone.
 */
export const heldClock = sql.fragment`
  held as materialized (select task_clock.user_id from task_clock join live on task_clock.user_id = live.user_id for no key update of task_clock)`
