import type { Logger } from 'pino'
import { sql } from 'slonik'
import type { Database } from './database.ts'

/** How often the house is kept, in milliseconds. */
const INTERVAL = 600_000
/** Rows that one statement takes away: few enough that nobody waits for it. */
const BATCH = 1_000

/** What is over, and so may go: keys after 24 hours, sessions that have expired. */
const OVER = {
  keys: sql.unsafe`
    with turn as materialized (select pg_try_advisory_xact_lock(hashtext('docket housekeeping')) as mine)
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys where created_at <= now() - interval '24 hours' and (select mine from turn) limit ${BATCH} for update skip locked
    )) returning 1`,
  sessions: sql.unsafe`
    with turn as materialized (select pg_try_advisory_xact_lock(hashtext('docket housekeeping')) as mine)
    delete from session where ctid = any(array(
      select ctid from session where "expiresAt" <= now() and (select mine from turn) limit ${BATCH} for update skip locked
    )) returning 1`,
}

/**
 * Takes away what is over, now and every ten minutes, in small batches; of several servers on one database only one at a time.
 *
 * @returns ends it
 */
export function keepHouse(database: Database, log: Logger): () => void {
  let isOver = false
  const sweep = async () => {
    try {
      for (const [what, statement] of Object.entries(OVER)) {
        let taken = 0
        let count: number
        do {
          count = isOver ? 0 : (await database.rows(statement)).length
          taken += count
        } while (count === BATCH)
        if (taken > 0) log.info({ what, taken }, 'housekeeping')
      }
    } catch (error) {
      // The next turn comes soon enough.
      if (!isOver) log.warn({ reason: (error as Error).message }, 'housekeeping was not done')
    }
  }
  const timer = setInterval(sweep, INTERVAL).unref()
  void sweep()
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
