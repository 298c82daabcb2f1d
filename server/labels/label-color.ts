import { v7 as uuidv7 } from 'uuid'
import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { labels } from './fields.ts'

/** The color of the label with a key. */
export const colorRow = (caller: Caller, cte: string, key: Fragment) => sql.fragment`
    ${sql.identifier([cte])} as (
      select ${labels.columns}
      from labels
      join named using (user_id)
      where labels.user_id = ${caller.userId}::uuid and labels.key = ${key}
    )`

/**
 * The CTEs that write the colors, from `changed` and `advanced`: those of `gone_ids` are
 * deleted; that with `kept_id`, or a new one, gets the name and the color.
 *
 * latest: the color of the label afterwards.
 */
export const writtenColor = (caller: Caller): Fragment => sql.fragment`
    gone as (
      delete from labels
      using changed, advanced
      where labels.user_id = ${caller.userId}::uuid
        and labels.user_id = changed.user_id
        and labels.user_id = advanced.user_id
        and labels.id = any(gone_ids)
    ),
    tombstoned as (
      insert into tombstones (user_id, type, id, version, purged_at)
      select
        changed.user_id,
        ${labels.type},
        gone.id,
        version - is_written::int - cardinality(gone_ids) + turn,
        at
      from changed, advanced
      cross join unnest(gone_ids) with ordinality gone (id, turn)
    ),
    written as (
      update labels
      set name = changed.name, color = changed.color, version = advanced.version, updated_at = at
      from changed, advanced
      where labels.user_id = ${caller.userId}::uuid
        and labels.user_id = changed.user_id
        and labels.id = kept_id
        and is_written
      returning ${labels.columns}
    ),
    created as (
      insert into labels
        (user_id, id, version, placed_version, name, color, created_at, updated_at)
      select changed.user_id, ${uuidv7()}::uuid, version, version, name, color, at, at
      from changed, advanced
      where is_written and kept_id is null
      returning ${labels.columns}
    ),
    latest as (
      select * from written
      union all
      select * from created
      union all
      select stored.*
      from (select * from own union all select * from other) stored, judged
      where stored.id = kept_id and not is_written
    )`
