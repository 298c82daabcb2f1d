import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Place } from '../resource/cursor.ts'
import { ownedBy } from '../resource/live-caller.ts'
import type { Page } from '../resource/page.ts'
import type { Unchanged } from '../resource/precondition.ts'
import { liveVersion } from '../resource/version.ts'

type Label = components['schemas']['LabelSummary']

interface LabelRequest {
  after: Place | undefined
  limit: number
  unchanged: Unchanged
}

/**
 * A page of labels in the order of their keys. One more than `limit` is read, to know whether there
 * are more. Undefined when the caller's session has ended.
 *
 * spelled: the labels of tasks, each spelling for itself. labelled: those in the spelling that most
 * tasks have. colored: those with a
 * color. found: both.
 */
export async function selectLabels(
  database: Database,
  caller: Caller,
  { after, limit, unchanged }: LabelRequest,
): Promise<Page<Label> | undefined> {
  type Row = (Label & { key: string }) | { key: null }
  const rows = await database.rows<Row & { version: string; changed: boolean; total: number }>(
    sql.unsafe`
    with ${liveVersion(caller, unchanged)},
    spelled as (
      select
        each.key,
        label,
        count(*) filter (where state = 'open')::int as open,
        count(*) filter (where state = 'done')::int as done
      from tasks
      join user_version using (user_id)
      cross join unnest(labels, label_keys) as each (label, key)
      where ${ownedBy('user_version', caller, 'tasks')}
        and changed
        and state in ('open', 'done')
      group by each.key, label
    ),
    labelled as (
      select
        key,
        (array_agg(label order by open + done desc, label collate "und-x-icu"))[1] as name,
        sum(open)::int as open,
        sum(done)::int as done
      from spelled
      group by key
    ),
    colored as (
      select key, name, color
      from labels
      join user_version using (user_id)
      where ${ownedBy('user_version', caller, 'labels')} and changed
    ),
    found as materialized (
      select
        key collate "und-x-icu" as key,
        coalesce(labelled.name, colored.name) as name,
        coalesce(color, 'gray') as color,
        coalesce(open, 0) as open,
        coalesce(done, 0) as done
      from labelled
      full join colored using (key)
    )
    select user_version.version, changed, total, page.*
    from user_version
    cross join (select count(*)::int as total from found) counted
    left join (
      select *
      from found
      where ${after === undefined} or key > ${after?.key ?? ''}
      order by key
      limit ${limit + 1}
    ) page on true
    order by page.key`,
  )
  const [first] = rows
  if (!first) return undefined
  const { changed, version, total } = first
  if (!changed) return { changed, version }
  const found = rows.slice(0, limit).flatMap((row) => (row.key === null ? [] : row))
  const last = rows.length > limit ? found.at(-1) : undefined
  const items = found.map(({ name, color, open, done }) => ({ name, color, open, done }))
  return { changed, version, total, items, end: last && { key: last.key, id: '' } }
}
