import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { COUNT_LIMIT, PAGE_BYTES, type Page } from '../../resource/page.ts'
import { liveVersion } from '../../resource/version.ts'
import { tasks } from '../fields.ts'
import { conditions } from './filter.ts'
import { bytesOf, inOrder, PAGE, type PageRequest } from './page.ts'
import { searchInParts } from './search-in-parts.ts'
import { order } from './sort.ts'

type Task = components['schemas']['Task']

/** Parts of a filter that only choose which parts of the index are read. */
const PLAIN = ['completed', 'trashed', 'label_match']

type Row = (Task | { id: null }) & {
  version: string
  changed: boolean
  total: number
  place: string
}

/**
 * A page of tasks. One row more than `limit` is read, to know whether there are more. Undefined
 * when the caller's session has ended.
 */
export async function selectTaskPage(
  database: Database,
  caller: Caller,
  request: PageRequest,
): Promise<Page<Task> | undefined> {
  const { filter, limit } = request
  if (database.isOneSession && filter.q !== undefined)
    return searchInParts(database, caller, request)
  const statement = pageStatement(caller, request)
  // Which index suits a filter depends on how rare its value is. And it may read everything, which
  // no other request should wait for.
  const isFiltered =
    Object.keys(filter).some((name) => !PLAIN.includes(name)) ||
    (filter.trashed && filter.completed !== undefined)
  const rows = isFiltered
    ? await database.rows<Row>({ ...statement, isPlannedAnew: true })
    : await database.read<Row>(statement)
  const [first] = rows
  if (!first) return undefined
  const { changed, version, total } = first
  if (!changed) return { changed, version }
  const items: Task[] = []
  let bytes = 0
  for (const row of rows) {
    if (row.id === null || items.length === limit || bytes >= PAGE_BYTES) break
    const { version, changed, total, place, ...task } = row
    items.push(task)
    bytes += bytesOf(task)
  }
  const last = rows.length > items.length ? rows[items.length - 1] : undefined
  const end = last?.id ? { key: last.place, id: last.id } : undefined
  return { changed, version, total, items, end }
}

function pageStatement(
  caller: Caller,
  { filter, localTime, sort, after, limit, unchanged }: PageRequest,
) {
  const { key, direction, isAfter } = order(sort)
  const fits = conditions(filter, localTime, sort)
  const found = inOrder(
    caller,
    { filter, sort },
    {
      select: sql.fragment`${tasks.output}, ${key} as sort_key`,
      count: limit + 1,
      fits: after ? [isAfter(after.key, after.id), ...fits] : fits,
    },
  )
  const counted = inOrder(
    caller,
    { filter, sort },
    {
      select: sql.fragment``,
      count: after ? 0 : COUNT_LIMIT + 1,
      fits,
    },
  )
  const inSort = sql.fragment`sort_key ${direction}, id ${direction}`
  const page = sql.fragment`
          select *, sort_key::text as place
          from (${found}) merged
          order by ${inSort}
          limit ${limit + 1}`
  return sql.unsafe`
    with ${liveVersion(caller, unchanged)}
    select user_version.version, changed, total, ${PAGE}
    from user_version
    cross join lateral (
      select count(*)::int as total
      from (select from (${counted}) fitting limit ${COUNT_LIMIT + 1}) counted
    ) counted
    left join lateral (${page}) page on true
    order by page.sort_key ${direction}, page.id ${direction}`
}
