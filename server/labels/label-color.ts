import { v7 as uuidv7 } from 'uuid'
import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { labels } from './fields.ts'

/** The colour of the label with a key. */
export const colorRow = (caller: Caller, cte: string, key: Fragment) => sql.fragment`
    ${sql.identifier([cte])} as (
      select ${labels.columns}
      from labels
      join named using (user_id)
      where labels.user_id = ${caller.userId}::uuid and labels.key = ${key}
    )`

/**
 * The CTEs that write the colours, from `changed` and `advanced`: that with `gone_id` is deleted,
 * that with `kept_id`, or a new one, gets the name and the colour.
 *
 * latest: the colour of the label afterwards.
 */
export const writtenColor = (caller: Caller): Fragment => sql.fragment`
    gone as (
      delete from labels
      using changed, advanced
      where labels.user_id = ${caller.userId}::uuid
        and labels.user_id = changed.user_id
        and labels.user_id = advanced.user_id
        and labels.id = gone_id
      returning labels.user_id, labels.id
    ),
    tombstoned as (
      insert into tombstones (user_id, type, id, version, purged_at)
      select changed.user_id, ${labels.type}, gone_id, version - is_written::int, at
      from changed, advanced
      where gone_id is not null
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
      select own.* from own, judged where is_kept and not is_written and own.id = kept_id
    )`
