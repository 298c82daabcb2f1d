import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { TEXT_LIMIT } from '../resource/write/members.ts'

/** Most tasks that one statement changes. */
const LABEL_LIMIT = 1_000

export const hasLabel = (caller: Caller, name: string) => sql.fragment`
  tasks.user_id = ${caller.userId}::uuid and tasks.label_keys @> fold_labels(array[${name}])`

/**
 * The CTE `touched(id, labels, growth, fits, turn)`: the tasks whose labels change, with their
 * labels afterwards. Those that fit into one statement are the first ones.
 *
 * @param newName null where the label is deleted, undefined where the tasks keep it as it is
 */
export const touchedTasks = (
  caller: Caller,
  name: string,
  newName: string | null | undefined,
): Fragment => sql.fragment`
    touched as materialized (
      select
        found.id,
        after.labels,
        octet_length(array_to_string(after.labels, ''))
          - octet_length(array_to_string(found.labels, '')) as growth,
        turn <= ${LABEL_LIMIT} and bytes_before < ${TEXT_LIMIT} as fits,
        turn
      from (
        select
          *,
          row_number() over by_id as turn,
          sum(octet_length(search)) over by_id - octet_length(search) as bytes_before
        from (
          select id, tasks.labels, label_keys, search, key
          from tasks
          join named using (user_id)
          where ${hasLabel(caller, name)} and ${isTouched(newName)}
          limit ${LABEL_LIMIT + 1}
        ) labelled
        window by_id as (order by id rows unbounded preceding)
      ) found
      cross join lateral (select ${labelsAfter(newName)} as labels) after
    )`

/** The CTE that writes them, from `touched`, `changed` and `advanced`. */
export const writtenTasks = (caller: Caller): Fragment => sql.fragment`
    changed_tasks as (
      update tasks
      set labels = touched.labels, version = own.version, updated_at = advanced.at
      from touched, changed, advanced
      cross join lateral (
        select
          advanced.version - is_written::int - cardinality(gone_ids) - changed.tasks + turn
            as version
      ) own
      where tasks.user_id = ${caller.userId}::uuid
        and tasks.user_id = changed.user_id
        and tasks.id = touched.id
        and fits
    )`

/** Whether a task that has the label changes: of one label all but the same spelling. */
function isTouched(newName: string | null | undefined): Fragment {
  if (newName === undefined) return sql.fragment`false`
  if (newName === null) return sql.fragment`true`
  return sql.fragment`(new_key <> key or not tasks.labels @> array[${newName}])`
}

/** The labels of a task without the one that has the key, or with another in its place. */
const labelsAfter = (newName: string | null | undefined) =>
  newName == null
    ? sql.fragment`array(
          select label
          from unnest(found.labels, label_keys) with ordinality each (label, each_key, place)
          where each_key <> key
          order by place
        )`
    : sql.fragment`unique_labels(array(
          select case when each_key = key then ${newName} else label end
          from unnest(found.labels, label_keys) with ordinality each (label, each_key, place)
          order by place
        ))`
