import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { isKnown } from './clock.ts'
import { task } from './columns.ts'
import type { Place } from './cursor.ts'
import type { DueClock } from './due-clock.ts'
import { conditions, type Filter, isOverdue, isToday, statesOf } from './filter.ts'
import type { Unchanged } from './precondition.ts'
import { order, type Sort } from './sort.ts'

type Task = components['schemas']['Task']
type Schemas = components['schemas']
type Fragment = ReturnType<typeof sql.fragment>

/** Counting stops here: a reader of the list wants "many", not the exact number at the price of reading all. */
export const COUNT_LIMIT = 1_000
/** What of a filter only chooses the parts of the index that are read. */
const PLAIN = ['completed', 'trashed', 'label_match']
/** Most labels that are counted. */
const LABEL_LIMIT = 200

// Every function answers undefined when the caller's session has ended, and `changed` false, having read no task,
// when the user's clock still shows one of the versions in `unchanged`.

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
  /** `end`: where it ends, when there are more; `total`: counted on the first page, up to one over the limit. */
  | { changed: true; version: string; total: number; tasks: Task[]; end: Place | undefined }

/** A page of tasks; one row more than `limit` is read, to know whether there are more. */
export async function selectTaskPage(
  database: Database,
  caller: Caller,
  { filter, clock, sort, after, limit, unchanged }: PageRequest,
): Promise<Page | undefined> {
  const { key, direction, isAfter } = order(sort)
  // The id itself beside the live one: only by it the planner can tell a user with many tasks from one with few.
  const ofCaller = sql.fragment`tasks.user_id = clock.user_id and tasks.user_id = ${caller.userId}::uuid and clock.changed`
  const fits = (more: Fragment[]) => sql.join([ofCaller, ...more, ...conditions(filter, clock, sort)], sql.fragment` and `)
  // Open, done and trashed ones each come in order from their part of the index, and are merged: neither is read past what is asked for.
  const firstOf = (select: Fragment, count: number, more: Fragment[] = []) =>
    sql.join(
      statesOf(filter).map(
        (state) => sql.fragment`
          (select ${select} from tasks where ${fits([sql.fragment`tasks.state = ${state}::task_state`, ...more])}
          order by ${key} ${direction}, id ${direction} limit ${count})`,
      ),
      sql.fragment` union all `,
    )
  const statement = sql.unsafe`
    with ${liveClock(caller, unchanged)}
    select clock.version, changed, total, page.* from clock
    cross join lateral (
      select count(*)::int as total from (select from (${firstOf(sql.fragment``, after ? 0 : COUNT_LIMIT + 1)}) fitting limit ${COUNT_LIMIT + 1}) counted
    ) counted
    left join lateral (
      select *, sort_key::text as place from (${firstOf(sql.fragment`${task}, ${key} as sort_key`, limit + 1, after ? [isAfter(after.key, after.id)] : [])}) merged
      order by sort_key ${direction}, id ${direction} limit ${limit + 1}
    ) page on true
    order by page.sort_key ${direction}, page.id ${direction}`
  // Which index a filter is best read by depends on how rare its value is; and it may read all there is, which nobody should wait behind.
  const isFiltered = Object.keys(filter).some((name) => !PLAIN.includes(name))
  type Row = (Task | { id: null }) & { version: string; changed: boolean; total: number; sort_key: unknown; place: string }
  const rows = isFiltered ? await database.rows<Row>({ ...statement, isPlannedAnew: true }) : await database.read<Row>(statement)
  const [first] = rows
  if (!first) return undefined
  const { changed, version, total } = first
  if (!changed) return { changed, version }
  const tasks = rows.slice(0, limit).flatMap(({ version, changed, total, sort_key, place, ...row }) => (row.id === null ? [] : row))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { changed, version, total, tasks, end: last && { key: last.place, id: last.id as string } }
}

export type Counts = { changed: false; version: string } | { changed: true; version: string; counts: Schemas['TaskCounts'] }

export async function selectTaskCounts(database: Database, caller: Caller, clock: DueClock, unchanged: Unchanged): Promise<Counts | undefined> {
  const [row] = await database.rows<{ version: string; changed: boolean } & Omit<Schemas['TaskCounts'], 'labels_are_complete'>>(sql.unsafe`
    with ${liveClock(caller, unchanged)},
    open as materialized (
      select labels, ${isOverdue(clock)} as overdue, ${isToday(clock)} as today
      from tasks join clock using (user_id) where changed and state = 'open'
    ),
    labelled as (
      select label, count(*)::int as open from open cross join unnest(labels) as label group by label order by open desc, label collate "und-x-icu" limit ${LABEL_LIMIT + 1}
    )
    select clock.version, changed, count(open.*)::int as open,
      (select count(*)::int from tasks join clock using (user_id) where changed and state = 'done') as done,
      count(*) filter (where overdue)::int as overdue, count(*) filter (where today)::int as today,
      coalesce((select json_agg(labelled) from labelled), '[]') as labels
    from clock left join open on true group by clock.version, changed`)
  if (!row) return undefined
  const { version, changed, labels, ...numbers } = row
  if (!changed) return { changed, version }
  return { changed, version, counts: { ...numbers, labels: labels.slice(0, LABEL_LIMIT), labels_are_complete: labels.length <= LABEL_LIMIT } }
}
