import type { Database } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import type { Resource } from '../resource/fields.ts'
import { isOutdated, userVersion } from '../resource/version.ts'
import { purge } from '../resource/write/purge.ts'

/** Rows that one statement deletes: few enough that no request waits for it. */
export const BATCH_SIZE = 1_000

// Each job deletes one batch and returns its size. Rows that a request has locked, and users who
// write at that moment, are left to a later run.

/** Whether this process is the only one that cleans up at the moment. */
const turn = sql.fragment`
    turn as materialized (
      select pg_try_advisory_xact_lock(hashtext('docket housekeeping')) as mine
    )`
const isOurs = sql.fragment`(select mine from turn)`

/** What has been in the trash for 30 days, of one user at a time. */
export async function purgeOldTrash(database: Database, kinds: Resource[]): Promise<number> {
  const [old] = await database.rows<{ user_id: string }>(sql.unsafe`
    with ${turn}
    select user_id
    from (${sql.join(kinds.map(oldTrash), sql.fragment` union all `)}) old
    where ${isOurs}
    limit 1`)
  if (!old) return 0
  const caller = { userId: old.user_id }
  const rows = await database.write<{ count: number; is_outdated: boolean }>(
    caller.userId,
    sql.unsafe`
    with caller as (select ${caller.userId}::uuid as user_id),
    ${userVersion(caller)},
    ${purge(caller, kinds, { stays, isWanted: sql.fragment`true` })}
    select
      coalesce((select count from changed), 0) as count,
      ${isOutdated('changed')} as is_outdated`,
  )
  return rows[0]?.count ?? 0
}

const stays = (table: string) =>
  sql.fragment`(${sql.identifier([table, 'trashed_at'])} > now() - interval '30 days')`

const oldTrash = ({ name, table, isPurgeable }: Resource) => sql.fragment`
      (
        select user_id
        from ${table}
        where state = 'trashed'
          and not ${stays(name)}
          and ${isPurgeable ? isPurgeable(stays) : sql.fragment`true`}
        limit 1
      )`

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
      select user_id, type, id
      from tombstones
      where purged_at <= now() - interval '90 days'
        and ${isOurs}
      limit ${BATCH_SIZE}
      for update skip locked
    ),
    locked_versions as (
      select user_id
      from user_versions
      where user_id in (select user_id from old)
      for update skip locked
    ),
    gone as (
      delete from tombstones
      using old
      join locked_versions using (user_id)
      where tombstones.user_id = old.user_id
        and tombstones.type = old.type
        and tombstones.id = old.id
      returning tombstones.user_id, tombstones.version
    ),
    latest as (
      select user_id, max(version) as version
      from gone
      group by user_id
    ),
    noted as (
      update user_versions
      set forgotten = greatest(forgotten, latest.version)
      from latest
      where user_versions.user_id = latest.user_id
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
