import { sql } from '../database/live-caller.ts'

/**
 * The next version of a user's clock and the time that goes with it. Who holds the clock reads the time, so that later versions never have
 * earlier times, whoever began first.
 */
export const tick = sql.fragment`version = task_clock.version + 1, at = greatest(task_clock.at, clock_timestamp())`
