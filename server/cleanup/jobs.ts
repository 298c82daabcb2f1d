import type { Database } from '../database/database.ts'
import { sql } from '../database/live-caller.ts'
import { purged } from '../tasks/write/purge.ts'
import { bytesOf } from '../tasks/write/quota.ts'

/** Rows that one chore takes away: few enough that nobody waits for it. */
export const BATCH = 1_000

// Each takes away a batch of what is over, whosever it is, and says how many. None waits for a row
// that a request holds: it comes again.

/** Whether this is the only one that keeps house just now. */
const turn = sql.fragment`turn as materialized (select pg_try_advisory_xact_lock(hashtext('docket housekeeping')) as mine)`

/** What has been in the trash for 30 days. */
export async function purgeOldTrash(database: Database): Promise<number> {
  const rows = await database.rows(sql.unsafe`
    with ${turn},
    old as (
      select user_id, id from tasks where state = 'trashed' and trashed_at <= now() - interval '30 days' and (select mine from turn)
      limit ${BATCH} for update skip locked
    ),
    clocks as (select user_id from task_clock where user_id in (select user_id from old) for update skip locked),
    gone as (
      delete from tasks using old join clocks using (user_id) where tasks.user_id = old.user_id and tasks.id = old.id
      returning tasks.user_id, tasks.id, ${bytesOf('tasks')} as bytes
    ),
    ${purged}
    select from gone`)
  return rows.length
}

/**
 * What is left of tasks that were purged 90 days ago. Whoever was away since before that must start
 * over.
 */
export async function forgetPurgedTasks(database: Database): Promise<number> {
  const rows = await database.rows(sql.unsafe`
    with ${turn},
    old as (
      select user_id, id from purged_tasks where purged_at <= now() - interval '90 days' and (select mine from turn)
      limit ${BATCH} for update skip locked
    ),
    clocks as (select user_id from task_clock where user_id in (select user_id from old) for update skip locked),
    gone as (
      delete from purged_tasks using old join clocks using (user_id) where purged_tasks.user_id = old.user_id and purged_tasks.id = old.id
      returning purged_tasks.user_id, purged_tasks.version
    ),
    remembered as (
      update task_clock set forgotten = greatest(forgotten, latest) from (select user_id, max(version) as latest from gone group by user_id) latest
      where task_clock.user_id = latest.user_id
    )
    select from gone`)
  return rows.length
}

/** Keys after the 24 hours that they are kept. */
export async function deleteOldKeys(database: Database): Promise<number> {
  const rows = await database.rows(sql.unsafe`
    with ${turn}
    delete from idempotency_keys where (user_id, key) in (
      select user_id, key from idempotency_keys where created_at <= now() - interval '24 hours' and (select mine from turn) limit ${BATCH} for update skip locked
    ) returning 1`)
  return rows.length
}

/** Sessions that have expired. */
export async function deleteExpiredSessions(database: Database): Promise<number> {
  const rows = await database.rows(sql.unsafe`
    with ${turn}
    delete from session where id in (
      select id from session where "expiresAt" <= now() and (select mine from turn) limit ${BATCH} for update skip locked
    ) returning 1`)
  return rows.length
}
