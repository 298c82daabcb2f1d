import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import type { Resource } from './fields.ts'
import { liveCaller, ownedBy } from './live-caller.ts'
import type { Unchanged } from './precondition.ts'
import { isUnchanged } from './version.ts'

type Change = components['schemas']['Change']

/** How far a copy of the resources has come. */
export interface Progress {
  /** Of the database, renewed when it is restored from a backup. */
  epoch: string
  version: number
  /** The version when the copy was begun: it never had what was purged before. */
  begun: number
}

export interface FeedState {
  epoch: string
  version: number
  /** Purges up to this version are no longer in the feed. */
  forgotten: number
  /** Whether this version is new to the client. */
  changed: boolean
}

interface ChangeRequest {
  since: Progress | undefined
  limit: number
  unchanged: Unchanged
}

/**
 * The user's version, and up to `limit` changes after `since`, in order. Undefined when the
 * caller's session has ended.
 *
 * change: what has changed. value_...: of each kind those that are not purged.
 */
export async function selectChanges(
  database: Database,
  caller: Caller,
  kinds: Resource[],
  { since, limit, unchanged }: ChangeRequest,
): Promise<{ state: FeedState; changes: (Change & { version: number })[] } | undefined> {
  const after = since?.version ?? 0
  const tables = [...kinds.map(changed), PURGED(since !== undefined)]
  const found = tables.map(
    ({ type, table, name, fits }) => sql.fragment`
        (
          select ${type} as type, id, ${sql.identifier([name, 'version'])} as version
          from ${table}
          join user_version using (user_id)
          where ${ownedBy('user_version', caller, name)}
            and changed
            and ${fits}
            and ${sql.identifier([name, 'version'])} > ${after}::bigint
          order by ${sql.identifier([name, 'version'])}
          limit ${limit}
        )`,
  )
  const values = kinds.map(
    ({ type, name, table, json }) => sql.fragment`
    ${sql.identifier([`value_${type}`])} as (
      select body.id, row_to_json(body) as value
      from (
        select ${json}
        from ${table}
        where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
          and id in (select id from change where type = ${type})
      ) body
    )`,
  )
  const joins = kinds.map(({ type }) => {
    const value = (column: string) => sql.identifier([`value_${type}`, column])
    return {
      value: sql.fragment`${value('value')}`,
      join: sql.fragment`
    left join ${sql.identifier([`value_${type}`])}
      on change.type = ${type} and ${value('id')} = change.id`,
    }
  })
  type Row = { state: FeedState; version: number | null } & Change
  const rows = await database.read<Row>(sql.unsafe`
    with ${liveCaller(caller)},
    user_version as materialized (
      select
        user_id,
        user_versions.version as user_version,
        epoch,
        forgotten,
        not ${isUnchanged(unchanged)} as changed
      from caller
      join user_versions using (user_id)
      where user_versions.user_id = ${caller.userId}::uuid
    ),
    change as materialized (
      select *
      from (${sql.join(found, sql.fragment` union all `)}) either
      order by version
      limit ${limit}
    ),
    ${sql.join(values, sql.fragment`, `)}
    select
      json_build_object(
        'epoch', epoch,
        'version', user_version.user_version,
        'forgotten', forgotten,
        'changed', changed
      ) as state,
      change.type,
      change.id,
      change.version,
      coalesce(${sql.join(
        joins.map(({ value }) => value),
        sql.fragment`, `,
      )}) as value
    from user_version
    left join change on true${sql.join(
      joins.map(({ join }) => join),
      sql.fragment``,
    )}
    order by change.version`)
  const [first] = rows
  return (
    first && {
      state: first.state,
      changes: rows.flatMap(({ state, version, ...change }) =>
        version === null ? [] : [{ ...change, version }],
      ),
    }
  )
}

interface Source extends Pick<Resource, 'name' | 'table'> {
  type: Fragment
  fits: Fragment
}

const changed = ({ type, name, table }: Resource): Source => ({
  type: sql.fragment`${type}`,
  name,
  table,
  fits: sql.fragment`true`,
})

/** What was purged, which a copy that only begins has never had. */
const PURGED = (isBegun: boolean): Source => ({
  type: sql.fragment`type`,
  name: 'tombstones',
  table: sql.fragment`tombstones`,
  fits: sql.fragment`${isBegun}`,
})
