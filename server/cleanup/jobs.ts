import type { Database } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { purged } from '../tasks/write/purge.ts'
import { bytesOf } from '../tasks/write/quota.ts'

/** Rows that one statement deletes: few enough that no request waits for it. */
export const BATCH_SIZE = 1_000

// Each job deletes one batch, of any user, and returns its size. It skips rows that a request has
// locked; a later run finds them.

/** Whether this process is the only one that cleans up at the moment. */
const turn = sql.fragment`
    turn as materialized (
      select pg_try_advisory_xact_lock(hashtext('docket housekeeping')) as mine
    )`
const isOurs = sql.fragment`(select mine from turn)`

/** The version rows of the users of `old`, locked. */
const lockedVersions = sql.fragment`
    locked_versions as (
      select user_id
      from task_clock
      where user_id in (select user_id from old)
      for update skip locked
    )`

/** Tasks that have been in the trash for 30 days. */
export function purgeOldTrash(database: Database): Promise<number> {
  return countRows(
    database,
    sql.fragment`
    with ${turn},
    old as (
      select user_id, id
      from tasks
      where state = 'trashed'
        and trashed_at <= now() - interval '30 days'
        and ${isOurs}
      limit ${BATCH_SIZE}
      for update skip locked
    ),
    ${lockedVersions},
    gone as (
      delete from tasks
      using old
      join locked_versions using (user_id)
      where tasks.user_id = old.user_id and tasks.id = old.id
      returning tasks.user_id, tasks.id, ${bytesOf('tasks')} as bytes
    ),
    ${purged}
    select from gone`,
  )
}

/**
 * Tombstones of tasks that were purged 90 days ago. A copy that was last synchronized before that
 * must start anew.
 */
export function deleteOldTombstones(database: Database): Promise<number> {
  return countRows(
    database,
    sql.fragment`
    with ${turn},
    old as (
      select user_id, id
      from purged_tasks
      where purged_at <= now() - interval '90 days'
        and ${isOurs}
      limit ${BATCH_SIZE}
      for update skip locked
    ),
    ${lockedVersions},
    gone as (
      delete from purged_tasks
      using old
      join locked_versions using (user_id)
      where purged_tasks.user_id = old.user_id and purged_tasks.id = old.id
      returning purged_tasks.user_id, purged_tasks.version
    ),
    latest as (
      select user_id, max(version) as version
      from gone
      group by user_id
    ),
    noted as (
      update task_clock
      set forgotten = greatest(forgotten, latest.version)
      from latest
      where task_clock.user_id = latest.user_id
    )
    select from gone`,
  )
}

/** Responses that were kept for 24 hours. */
export function deleteOldKeys(database: Database): Promise<number> {
  return countRows(
    database,
    sql.fragment`
    with ${turn}
    delete from idempotency_keys
    where (user_id, key) in (
      select user_id, key
      from idempotency_keys
      where created_at <= now() - interval '24 hours'
        and ${isOurs}
      limit ${BATCH_SIZE}
      for update skip locked
    )
    returning 1`,
  )
}

export function deleteExpiredSessions(database: Database): Promise<number> {
  return countRows(
    database,
    sql.fragment`
    with ${turn}
    delete from session
    where id in (
      select id
      from session
      where "expiresAt" <= now()
        and ${isOurs}
      limit ${BATCH_SIZE}
      for update skip locked
    )
    returning 1`,
  )
}

async function countRows(database: Database, statement: Fragment): Promise<number> {
  return (await database.rows(sql.unsafe`${statement}`)).length
}
