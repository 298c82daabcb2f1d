import type { components, operations } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Place } from '../resource/cursor.ts'
import { ownedBy } from '../resource/live-caller.ts'
import { COUNT_LIMIT, type Page } from '../resource/page.ts'
import type { Unchanged } from '../resource/precondition.ts'
import { liveVersion } from '../resource/version.ts'
import { lists } from './fields.ts'

type List = components['schemas']['List']
type Query = NonNullable<operations['listLists']['parameters']['query']>
export type ListFilter = Pick<Query, 'trashed' | 'archived'>

interface ListRequest {
  filter: ListFilter
  after: Place | undefined
  limit: number
  unchanged: Unchanged
}

/**
 * A page of lists in the manual order. One row more than `limit` is read, to know whether there are
 * more. Undefined when the caller's session has ended.
 */
export async function selectListPage(
  database: Database,
  caller: Caller,
  { filter: { trashed = false, archived }, after, limit, unchanged }: ListRequest,
): Promise<Page<List> | undefined> {
  const state = trashed ? 'trashed' : archived ? 'done' : 'open'
  const isArchived =
    trashed && archived !== undefined
      ? sql.fragment`(archived_at is not null) = ${archived}`
      : sql.fragment`true`
  const fits = sql.fragment`
        ${ownedBy('user_version', caller, 'lists')}
        and changed
        and state = ${state}::resource_state
        and ${isArchived}`
  const isAfter = after
    ? sql.fragment`(position, id) > (${after.key} collate "C", ${after.id}::uuid)`
    : sql.fragment`true`
  type Row = (List | { id: null }) & { version: string; changed: boolean; total: number }
  const rows = await database.read<Row>(sql.unsafe`
    with ${liveVersion(caller, unchanged)},
    counted as (
      select count(*)::int as total
      from (
        select
        from lists
        join user_version using (user_id)
        where ${fits} and ${after === undefined}
        limit ${COUNT_LIMIT + 1}
      ) fitting
    ),
    page as (
      select lists.*
      from lists
      join user_version using (user_id)
      where ${fits} and ${isAfter}
      order by position, id
      limit ${limit + 1}
    )
    select user_version.version, changed, total, found.*
    from user_version
    cross join counted
    left join (select ${lists.output} from page) found on true
    order by found.position, found.id`)
  const [first] = rows
  if (!first) return undefined
  const { changed, version, total } = first
  if (!changed) return { changed, version }
  const items = rows
    .slice(0, limit)
    .flatMap(({ version, changed, total, ...row }) => (row.id === null ? [] : row))
  const last = rows.length > limit ? items.at(-1) : undefined
  return { changed, version, total, items, end: last && { key: last.position, id: last.id } }
}
