import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { liveCaller, sql } from '../../database/live-caller.ts'
import { Unavailable } from '../../database/unavailable.ts'
import type { Place } from '../../resource/cursor.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { isKnown } from '../../resource/version.ts'
import { task } from '../fields.ts'
import { conditions, type Filter, isOverdue, isToday, searched, statesOf } from './filter.ts'
import type { DueClock } from './local-time.ts'
import { order, type Sort } from './sort.ts'

type Task = components['schemas']['Task']
type Schemas = components['schemas']
type Fragment = ReturnType<typeof sql.fragment>

/**
 * Counting stops here: a reader of the list wants "many", not the exact number at the price of
 * reading all.
 */
export const COUNT_LIMIT = 1_000
/** What of a filter only chooses the parts of the index that are read. */
const PLAIN = ['completed', 'trashed', 'label_match']
/** Most labels that are counted. */
const LABEL_LIMIT = 200

// Every function answers undefined when the caller's session has ended, and `changed` false, having
// read no task, when the user's clock still shows one of the versions in `unchanged`.

/** Where the clock stands, and whether that is news. */
function liveClock(caller: Caller, unchanged: Unchanged) {
  return sql.fragment`
    ${liveCaller(caller)},
    clock as (select user_id, version::text, not ${isKnown(unchanged)} as changed from live join task_clock using (user_id))`
}

export interface PageRequest {
  filter: Filter
  /** For a filter by `due`. */
  clock: DueClock | undefined
  sort: Sort
  after: Place | undefined
  limit: number
  unchanged: Unchanged
}

export type Page =
  | { changed: false; version: string }
  /**
   * `end`: where it ends, when there are more; `total`: counted on the first page, up to one over
   * the limit.
   */
  | { changed: true; version: string; total: number; tasks: Task[]; end: Place | undefined }

/** A page of tasks; one row more than `limit` is read, to know whether there are more. */
export async function selectTaskPage(
  database: Database,
  caller: Caller,
  { filter, clock, sort, after, limit, unchanged }: PageRequest,
): Promise<Page | undefined> {
  if (database.isOneSession && filter.q !== undefined)
    return searchInParts(database, caller, { filter, clock, sort, after, limit, unchanged })
  const { key, direction, isAfter } = order(sort)
  const rowsOf = (select: Fragment, count: number, more: Fragment[] = []) =>
    inOrder(caller, { filter, sort }, select, count, [...more, ...conditions(filter, clock, sort)])
  const statement = sql.unsafe`
    with ${liveClock(caller, unchanged)}
    select clock.version, changed, total, page.* from clock
    cross join lateral (
      select count(*)::int as total from (select from (${rowsOf(sql.fragment``, after ? 0 : COUNT_LIMIT + 1)}) fitting limit ${COUNT_LIMIT + 1}) counted
    ) counted
    left join lateral (
      select *, sort_key::text as place from (${rowsOf(sql.fragment`${task}, ${key} as sort_key`, limit + 1, after ? [isAfter(after.key, after.id)] : [])}) merged
      order by sort_key ${direction}, id ${direction} limit ${limit + 1}
    ) page on true
    order by page.sort_key ${direction}, page.id ${direction}`
  // Which index a filter is best read by depends on how rare its value is; and it may read all
  // there is, which nobody should wait behind.
  const isFiltered =
    Object.keys(filter).some((name) => !PLAIN.includes(name)) ||
    (filter.trashed && filter.completed !== undefined)
  type Row = (Task | { id: null }) & {
    version: string
    changed: boolean
    total: number
    sort_key: unknown
    place: string
  }
  const rows = isFiltered
    ? await database.rows<Row>({ ...statement, isPlannedAnew: true })
    : await database.read<Row>(statement)
  const [first] = rows
  if (!first) return undefined
  const { changed, version, total } = first
  if (!changed) return { changed, version }
  const tasks = rows
    .slice(0, limit)
    .flatMap(({ version, changed, total, sort_key, place, ...row }) => (row.id === null ? [] : row))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { changed, version, total, tasks, end: last && { key: last.place, id: last.id as string } }
}

/**
 * Rows of the caller that fit, as many as `count` of each state: each comes in order from its part
 * of the index, and neither is read past what is asked for.
 */
function inOrder(
  caller: Caller,
  { filter, sort }: Pick<PageRequest, 'filter' | 'sort'>,
  select: Fragment,
  count: number,
  fits: Fragment[],
) {
  const { key, direction } = order(sort)
  // The id itself beside the live one: only by it the planner can tell a user with many tasks from
  // one with few.
  const ofCaller = sql.fragment`tasks.user_id = clock.user_id and tasks.user_id = ${caller.userId}::uuid and clock.changed`
  return sql.join(
    statesOf(filter).map(
      (state) => sql.fragment`
        (select ${select} from tasks where ${sql.join([ofCaller, sql.fragment`tasks.state = ${state}::task_state`, ...fits], sql.fragment` and `)}
        order by ${key} ${direction}, id ${direction} limit ${count})`,
    ),
    sql.fragment` union all `,
  )
}

/**
 * Tasks whose text one statement looks at, where all others wait for it: about 20 ms, whatever the
 * texts are.
 */
const PART = 250

/** Longest that all its parts take, in milliseconds. */
const SEARCH_LIMIT = 10_000

/**
 * The same page, of several statements: those of others are done in between. Its version is that of
 * the first.
 */
async function searchInParts(
  database: Database,
  caller: Caller,
  request: PageRequest,
): Promise<Page | undefined> {
  const { filter, clock, sort, limit } = request
  const { q, ...others } = filter
  const { key, direction, isAfter } = order(sort)
  const partAfter = (after: Place | undefined, unchanged: Unchanged) => sql.unsafe`
    with ${liveClock(caller, unchanged)},
    part as materialized (
      select merged.* from clock cross join lateral (${inOrder(
        caller,
        request,
        sql.fragment`tasks.*, ${key} as sort_key`,
        PART,
        [...(after ? [isAfter(after.key, after.id)] : []), ...conditions(others, clock, sort)],
      )}) merged
      order by sort_key ${direction}, id ${direction} limit ${PART}
    ),
    hits as materialized (select * from part as tasks where ${sql.join([sql.fragment`true`, ...searched(q)], sql.fragment` and `)})
    select clock.version, changed, (select count(*)::int from part) as looked_at, (select count(*)::int from hits) as total, ends.*, page.*
    from clock
    left join lateral (
      select sort_key::text as end_key, id as end_id from part
      order by sort_key ${direction}, id ${direction} offset greatest(0, (select count(*) - 1 from part)) limit 1
    ) ends on true
    left join lateral (
      select ${task}, sort_key, sort_key::text as place from hits as tasks order by sort_key ${direction}, id ${direction} limit ${limit + 1}
    ) page on true
    order by page.sort_key ${direction}, page.id ${direction}`
  type Part = {
    version: string
    changed: boolean
    looked_at: number
    total: number
    end_key: string
    end_id: string
    sort_key: unknown
    place: string
  }
  type Row = (Task | { id: null }) & Part
  let { after } = request
  let first: Row | undefined
  let total = 0
  // By id, because a task may be changed, and so be moved into a later part.
  const found = new Map<string, Task & Part>()
  const deadline = performance.now() + SEARCH_LIMIT
  for (;;) {
    if (performance.now() > deadline) throw new Unavailable(`not found in ${SEARCH_LIMIT} ms`)
    const rows: readonly Row[] = await database.rows<Row>({
      ...partAfter(after, first ? [] : request.unchanged),
      isPlannedAnew: true,
    })
    const [head] = rows
    if (!head) return undefined
    first ??= head
    if (!head.changed) return { changed: false, version: head.version }
    total += head.total
    for (const row of rows)
      if (row.id !== null && !found.has(row.id)) found.set(row.id, row as Task & Part)
    const isEnough = found.size > limit && (request.after !== undefined || total > COUNT_LIMIT)
    if (head.looked_at < PART || isEnough) break
    after = { key: head.end_key, id: head.end_id }
  }
  const hits = [...found.values()]
  const tasks = hits
    .slice(0, limit)
    .map(
      ({ version, changed, looked_at, total, end_key, end_id, sort_key, place, ...each }) => each,
    )
  const last = hits.length > limit ? hits[limit - 1] : undefined
  return {
    changed: true,
    version: first.version,
    total: Math.min(total, COUNT_LIMIT + 1),
    tasks,
    end: last && { key: last.place, id: last.id },
  }
}

export type Counts =
  | { changed: false; version: string }
  | { changed: true; version: string; counts: Schemas['TaskCounts'] }

export async function selectTaskCounts(
  database: Database,
  caller: Caller,
  clock: DueClock,
  unchanged: Unchanged,
): Promise<Counts | undefined> {
  const [row] = await database.rows<
    { version: string; changed: boolean } & Omit<Schemas['TaskCounts'], 'labels_are_complete'>
  >(sql.unsafe`
    with ${liveClock(caller, unchanged)},
    open as materialized (
      select labels, label_keys, ${isOverdue(clock)} as overdue, ${isToday(clock)} as today
      from tasks join clock using (user_id) where changed and state = 'open'
    ),
    labelled as (
      select * from (
        -- Of the spellings of a label, the one that most tasks have.
        select mode() within group (order by label collate "und-x-icu") as label, count(*)::int as open
        from open cross join unnest(labels, label_keys) as each (label, key) group by key
      ) counted order by open desc, label collate "und-x-icu" limit ${LABEL_LIMIT + 1}
    )
    select clock.version, changed, count(open.*)::int as open,
      (select count(*)::int from tasks join clock using (user_id) where changed and state = 'done') as done,
      count(*) filter (where overdue)::int as overdue, count(*) filter (where today)::int as today,
      coalesce((select json_agg(labelled) from labelled), '[]') as labels
    from clock left join open on true group by clock.version, changed`)
  if (!row) return undefined
  const { version, changed, labels, ...numbers } = row
  if (!changed) return { changed, version }
  return {
    changed,
    version,
    counts: {
      ...numbers,
      labels: labels.slice(0, LABEL_LIMIT),
      labels_are_complete: labels.length <= LABEL_LIMIT,
    },
  }
}
