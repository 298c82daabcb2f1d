import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import { advanced } from '../version.ts'

/** Most resources that one statement purges. */
export const PURGE_LIMIT = 1_000

/** Which of the resources in the trash go. */
export interface Purged {
  /** Which of them stay, by the name of their table. */
  stays: (table: string) => Fragment
  /** Whether any goes. */
  isWanted: Fragment
}

const growth = { tasks: sql.fragment`-changed.count`, bytes: sql.fragment`-changed.bytes` }

/**
 * Deletes for good what has been in the trash longest, by kind. Each takes a version of its user,
 * and its id stays in the change feed.
 *
 * doomed: what is in the trash, up to one more than the limit. changed: how many of them go, and
 * their bytes; no row where none goes. advanced: the last of their versions.
 *
 * @param kinds a kind comes after those that refer to it
 */
export function purge(caller: Pick<Caller, 'userId'>, kinds: Resource[], which: Purged): Fragment {
  return sql.fragment`
    doomed as materialized (
      select trash.*, row_number() over (order by kind, place) as turn
      from (${sql.join(
        kinds.map((resource, kind) => trashOf(caller, resource, kind, which)),
        sql.fragment` union all `,
      )}) trash
      limit ${PURGE_LIMIT + 1}
    ),
    changed as materialized (
      select user_id, count(*) as count, sum(bytes) as bytes
      from doomed
      where turn <= ${PURGE_LIMIT}
      group by user_id
    ),
    ${advanced(caller, 'changed', { count: sql.fragment`changed.count`, growth })},
    ${sql.join(
      kinds.map((resource) => gone(caller, resource)),
      sql.fragment`, `,
    )},
    purged as (
      insert into tombstones (user_id, type, id, version, purged_at)
      select
        advanced.user_id, doomed.type, doomed.id,
        advanced.version - changed.count + turn, advanced.at
      from advanced, changed, doomed
      where turn <= ${PURGE_LIMIT}
      on conflict (user_id, type, id) do update
      set version = excluded.version, purged_at = excluded.purged_at
    )`
}

function trashOf(
  caller: Pick<Caller, 'userId'>,
  { type, name, table, bytesOf, trashOrder, isPurgeable }: Resource,
  kind: number,
  { stays, isWanted }: Purged,
): Fragment {
  return sql.fragment`
        (
          select
            ${kind}::int as kind, ${type} as type, user_id, id,
            row_number() over (order by ${trashOrder}) as place,
            ${bytesOf(name)} as bytes
          from ${table}
          join user_version using (user_id)
          where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
            and state = 'trashed'
            and ${isWanted}
            and not ${stays(name)}
            and ${isPurgeable ? isPurgeable(stays) : sql.fragment`true`}
          order by ${trashOrder}
          limit ${PURGE_LIMIT + 1}
        )`
}

function gone(caller: Pick<Caller, 'userId'>, { type, name, table }: Resource): Fragment {
  const column = (of: string) => sql.identifier([name, of])
  return sql.fragment`
    ${sql.identifier([`gone_${type}`])} as (
      delete from ${table}
      using doomed, advanced
      where ${column('user_id')} = ${caller.userId}::uuid
        and ${column('user_id')} = advanced.user_id
        and ${column('id')} = doomed.id
        and doomed.type = ${type}
        and turn <= ${PURGE_LIMIT}
    )`
}
