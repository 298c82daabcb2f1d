import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { ownedBy } from '../../resource/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { liveVersion } from '../../resource/version.ts'
import { isOverdue, isStarted, isToday } from './due-filter.ts'
import type { LocalTime } from './local-time.ts'

type TaskCounts = components['schemas']['TaskCounts']

/** Most labels, and most lists, that are counted. */
const LIMIT = 200

export type Counts =
  | { changed: false; version: string }
  | { changed: true; version: string; counts: TaskCounts }

/** How many tasks there are of each kind. Undefined when the caller's session has ended. */
export async function selectTaskCounts(
  database: Database,
  caller: Caller,
  localTime: LocalTime,
  unchanged: Unchanged,
): Promise<Counts | undefined> {
  type Row = { version: string; changed: boolean } & Omit<
    TaskCounts,
    'lists_are_complete' | 'labels_are_complete'
  >
  const [row] = await database.rows<Row>(sql.unsafe`
    with ${liveVersion(caller, unchanged)},
    open as materialized (
      select
        list_id,
        labels,
        label_keys,
        ${isOverdue(localTime)} as overdue,
        ${isToday(localTime)} as today,
        ${isStarted(localTime)} as started
      from tasks
      join user_version using (user_id)
      where ${ownedBy('user_version', caller, 'tasks')} and changed and state = 'open'
    ),
    labelled as (
      select *
      from (
        -- Of the spellings of a label, the one that most tasks have.
        select
          mode() within group (order by label collate "und-x-icu") as label,
          count(*)::int as open
        from open
        cross join unnest(labels, label_keys) as each (label, key)
        group by key
      ) counted
      order by open desc, label collate "und-x-icu"
      limit ${LIMIT + 1}
    ),
    listed as (
      select list_id, count(*)::int as open
      from open
      where list_id is not null
      group by list_id
      order by open desc, list_id
      limit ${LIMIT + 1}
    )
    select
      user_version.version,
      changed,
      count(open.*)::int as open,
      (
        select count(*)::int
        from tasks
        join user_version using (user_id)
        where ${ownedBy('user_version', caller, 'tasks')} and changed and state = 'done'
      ) as done,
      count(*) filter (where overdue)::int as overdue,
      count(*) filter (where today and started)::int as today,
      count(open.*) filter (where list_id is null and started)::int as inbox,
      coalesce((select json_agg(listed) from listed), '[]') as lists,
      coalesce((select json_agg(labelled) from labelled), '[]') as labels
    from user_version
    left join open on true
    group by user_version.version, changed`)
  if (!row) return undefined
  const { version, changed, lists, labels, ...numbers } = row
  if (!changed) return { changed, version }
  return {
    changed,
    version,
    counts: {
      ...numbers,
      lists: lists.slice(0, LIMIT),
      lists_are_complete: lists.length <= LIMIT,
      labels: labels.slice(0, LIMIT),
      labels_are_complete: labels.length <= LIMIT,
    },
  }
}
