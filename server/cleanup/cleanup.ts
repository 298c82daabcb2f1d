import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { lists } from '../lists/fields.ts'
import { tasks } from '../tasks/fields.ts'
import { messageOf } from '../thrown.ts'
import { deleteExpiredSessions, deleteOldKeys, deleteOldTombstones, purgeOldTrash } from './jobs.ts'

/** Time between two runs, in milliseconds. */
const INTERVAL_MS = 600_000

const JOBS: Record<string, (database: Database) => Promise<number>> = {
  'what was in the trash for 30 days': (database) => purgeOldTrash(database, [tasks, lists]),
  'tombstones of purged tasks after 90 days': deleteOldTombstones,
  'idempotency keys after 24 hours': deleteOldKeys,
  'expired sessions': deleteExpiredSessions,
}

/**
 * Deletes what has expired, now and every ten minutes, in small batches. Of several servers on one
 * database only one does it at a time.
 *
 * @returns stops it
 */
export function startCleanup(database: Database, log: Logger): () => void {
  let isStopped = false
  const run = async () => {
    for (const [what, job] of Object.entries(JOBS)) {
      try {
        let deleted = 0
        let count: number
        do {
          count = isStopped ? 0 : await job(database)
          deleted += count
        } while (count > 0)
        if (deleted > 0) log.info({ what, deleted }, 'cleaned up')
      } catch (error) {
        // The next run comes soon enough.
        if (!isStopped) log.warn({ what, reason: messageOf(error) }, 'cleanup failed')
      }
    }
  }
  const timer = setInterval(run, INTERVAL_MS).unref()
  void run()
  return () => {
    isStopped = true
    clearInterval(timer)
  }
}
