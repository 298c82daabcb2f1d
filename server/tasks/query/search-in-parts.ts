import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { Unavailable } from '../../database/unavailable.ts'
import type { Place } from '../../resource/cursor.ts'
import { COUNT_LIMIT, PAGE_BYTES, type Page } from '../../resource/page.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { liveVersion } from '../../resource/version.ts'
import { tasks } from '../fields.ts'
import { conditions, searched } from './filter.ts'
import { bytesOf, inOrder, PAGE, type PageRequest } from './page.ts'
import { order } from './sort.ts'

type Task = components['schemas']['Task']

/**
 * Tasks that one statement searches, where all other requests wait for it: about 20 ms, whatever
 * the texts are.
 */
const PART_SIZE = 250

/** Longest that all parts of a search take, in milliseconds. */
const SEARCH_LIMIT_MS = 10_000

type Part = {
  version: string
  changed: boolean
  looked_at: number
  total: number
  end_key: string
  end_id: string
  place: string
}
type Row = (Task | { id: null }) & Part

/**
 * A page of a search on a database with one session, by several statements: those of other
 * requests run in between. Its version is that of the first statement.
 *
 * @throws {Unavailable} where the search takes too long
 */
export async function searchInParts(
  database: Database,
  caller: Caller,
  request: PageRequest,
): Promise<Page<Task> | undefined> {
  const { limit } = request
  let { after } = request
  let first: Row | undefined
  let total = 0
  // By id, because a task that is changed meanwhile may move into a later part.
  const found = new Map<string, Task & Part>()
  let bytes = 0
  let hasMore = false
  const deadline = performance.now() + SEARCH_LIMIT_MS
  for (;;) {
    if (performance.now() > deadline) throw new Unavailable(`not found in ${SEARCH_LIMIT_MS} ms`)
    const statement = partStatement(caller, request, after, first ? [] : request.unchanged)
    const rows: readonly Row[] = await database.rows<Row>({ ...statement, isPlannedAnew: true })
    const [head] = rows
    if (!head) return undefined
    first ??= head
    if (!head.changed) return { changed: false, version: head.version }
    total += head.total
    for (const row of rows) {
      if (row.id === null || found.has(row.id)) continue
      hasMore = found.size === limit || bytes >= PAGE_BYTES
      if (hasMore) break
      found.set(row.id, row)
      bytes += bytesOf(row)
    }
    const isCounted = request.after !== undefined || total > COUNT_LIMIT
    if (head.looked_at < PART_SIZE || (hasMore && isCounted)) break
    after = { key: head.end_key, id: head.end_id }
  }
  const hits = [...found.values()]
  const last = hasMore ? hits.at(-1) : undefined
  return {
    changed: true,
    version: first.version,
    total: Math.min(total, COUNT_LIMIT + 1),
    items: hits.map(withoutPart),
    end: last && { key: last.place, id: last.id },
  }
}

function withoutPart(row: Task & Part): Task {
  const { version, changed, looked_at, total, end_key, end_id, place, ...task } = row
  return task
}

/** part: the next tasks in order. hits: those of them that have the words of the search. */
function partStatement(
  caller: Caller,
  request: PageRequest,
  after: Place | undefined,
  unchanged: Unchanged,
) {
  const { filter, localTime, sort, limit } = request
  const { q, ...others } = filter
  const { key, direction, isAfter } = order(sort)
  const fits = conditions(others, localTime, sort)
  const merged = inOrder(caller, request, {
    select: sql.fragment`tasks.*, ${key} as sort_key`,
    count: PART_SIZE,
    fits: after ? [isAfter(after.key, after.id), ...fits] : fits,
  })
  const matches = sql.join([sql.fragment`true`, ...searched(q)], sql.fragment` and `)
  const inSort = sql.fragment`sort_key ${direction}, id ${direction}`
  const page = sql.fragment`
          select ${tasks.output}, sort_key, sort_key::text as place
          from hits as tasks
          order by ${inSort}
          limit ${limit + 1}`
  return sql.unsafe`
    with ${liveVersion(caller, unchanged)},
    part as materialized (
      select merged.*
      from user_version
      cross join lateral (${merged}) merged
      order by sort_key ${direction}, id ${direction}
      limit ${PART_SIZE}
    ),
    hits as materialized (select * from part as tasks where ${matches})
    select
      user_version.version,
      changed,
      (select count(*)::int from part) as looked_at,
      (select count(*)::int from hits) as total,
      ends.*,
      ${PAGE}
    from user_version
    left join lateral (
      select sort_key::text as end_key, id as end_id
      from part
      order by sort_key ${direction}, id ${direction}
      offset greatest(0, (select count(*) - 1 from part))
      limit 1
    ) ends on true
    left join lateral (${page}) page on true
    order by page.sort_key ${direction}, page.id ${direction}`
}
