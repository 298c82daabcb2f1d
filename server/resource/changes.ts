import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { list } from './field.ts'
import type { InFeed } from './fields.ts'
import { liveCaller, ownedBy } from './live-caller.ts'
import { PAGE_BYTES } from './page.ts'
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

interface FeedPage {
  state: FeedState
  changes: Change[]
  /** The version where the page ends, when there are more. */
  end: number | undefined
}

interface ChangeRequest {
  since: Progress | undefined
  limit: number
  unchanged: Unchanged
}

/**
 * The user's version, and a page of up to `limit` changes after `since`. Undefined when the
 * caller's session has ended.
 *
 * What a copy has not seen comes in the order in which it was placed: a list before the tasks that
 * were put into it, also where the list was changed later. The rest comes in the order of the
 * changes.
 *
 * change: what has changed. value_...: of each kind those that are not purged. changes: both.
 */
export async function selectChanges(
  database: Database,
  caller: Caller,
  kinds: InFeed[],
  { since, limit, unchanged }: ChangeRequest,
): Promise<FeedPage | undefined> {
  const found = sourcesOf(kinds, since).map(
    ({ type, table, name, version, fits }) => sql.fragment`
        (
          select ${type} as type, id, ${version} as version
          from ${table}
          join user_version using (user_id)
          where ${ownedBy('user_version', caller, name)}
            and changed
            and ${fits}
          order by ${version}
          limit ${limit + 1}
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
  type Row = { state: FeedState; version: number | null; has_next: boolean } & Change
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
      limit ${limit + 1}
    ),
    ${list(values)},
    changes as (
      select
        change.*,
        coalesce(${list(joins.map(({ value }) => value))}) as value
      from change${sql.join(
        joins.map(({ join }) => join),
        sql.fragment``,
      )}
    )
    select
      json_build_object(
        'epoch', epoch,
        'version', user_version.user_version,
        'forgotten', forgotten,
        'changed', changed
      ) as state,
      page.type,
      page.id,
      page.version,
      page.has_next,
      page.value
    from user_version
    left join (${UNTIL_FULL}) page on true
    order by page.version`)
  const [first] = rows
  if (!first) return undefined
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    state: first.state,
    changes: page.flatMap(({ state, version, has_next, ...change }) =>
      version === null ? [] : change,
    ),
    end: last?.has_next ? (last.version ?? undefined) : undefined,
  }
}

/** The changes of a page up to its end, and whether there is one more. */
const UNTIL_FULL = sql.fragment`
      select *
      from (
        select
          weighed.*,
          lead(id) over (order by version) is not null as has_next,
          sum(bytes) over (order by version rows unbounded preceding) - bytes as bytes_before
        from (
          select *, coalesce(octet_length(value::text), 0) as bytes
          from changes
        ) weighed
      ) page
      where bytes_before < ${PAGE_BYTES}`

interface Source extends Pick<InFeed, 'name' | 'table'> {
  type: Fragment
  /** The place in the feed. */
  version: Fragment
  fits: Fragment
}

/**
 * Where changes are found: what a copy has not seen, what it has seen and was changed, and what was
 * purged.
 */
function sourcesOf(kinds: InFeed[], since: Progress | undefined): Source[] {
  const isBegun = since !== undefined
  const after = since?.version ?? 0
  // What a walk from the beginning has passed came with its state then: only what was changed since
  // the walk began comes again.
  const seen = Math.max(after, since?.begun ?? 0)
  const column = (table: string, name: string) => sql.fragment`${sql.identifier([table, name])}`
  const ofKinds = kinds.flatMap(({ type, name, table }) => {
    const [version, placed] = [column(name, 'version'), column(name, 'placed_version')]
    const source = { type: sql.fragment`${type}`, name, table }
    return [
      { ...source, version: placed, fits: sql.fragment`${placed} > ${after}::bigint` },
      {
        ...source,
        version,
        fits: sql.fragment`
            ${isBegun}
            and ${version} > ${placed}
            and ${version} > ${seen}::bigint
            and ${placed} <= ${after}::bigint`,
      },
    ]
  })
  const purged = {
    type: sql.fragment`type`,
    name: 'tombstones',
    table: sql.fragment`tombstones`,
    version: column('tombstones', 'version'),
    fits: sql.fragment`${isBegun} and tombstones.version > ${after}::bigint`,
  }
  return [...ofKinds, purged]
}
