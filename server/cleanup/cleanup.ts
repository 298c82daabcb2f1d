import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import {
  BATCH,
  deleteExpiredSessions,
  deleteOldKeys,
  forgetPurgedTasks,
  purgeOldTrash,
} from './jobs.ts'

/** How often the house is kept, in milliseconds. */
const INTERVAL = 600_000

/** What is over, and so may go; each takes away at most a batch and says how many. */
const CHORES: Record<string, (database: Database) => Promise<number>> = {
  'tasks after 30 days in the trash': purgeOldTrash,
  'purged tasks after 90 days': forgetPurgedTasks,
  'idempotency keys after 24 hours': deleteOldKeys,
  'sessions that have expired': deleteExpiredSessions,
}

/**
 * Takes away what is over, now and every ten minutes, in small batches; of several servers on one
 * database only one at a time.
 *
 * @returns ends it
 */
export function keepHouse(database: Database, log: Logger): () => void {
  let isOver = false
  const keep = async () => {
    for (const [what, chore] of Object.entries(CHORES)) {
      try {
        let taken = 0
        let count: number
        do {
          count = isOver ? 0 : await chore(database)
          taken += count
        } while (count === BATCH)
        if (taken > 0) log.info({ what, taken }, 'housekeeping')
      } catch (error) {
        // The next turn comes soon enough.
        if (!isOver)
          log.warn({ what, reason: (error as Error).message }, 'housekeeping was not done')
      }
    }
  }
  const timer = setInterval(keep, INTERVAL).unref()
  void keep()
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
