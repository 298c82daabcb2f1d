import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'

/** Most tasks that one statement changes. */
export const LABEL_LIMIT = 1_000

export const hasLabel = (caller: Caller, name: string) => sql.fragment`
  tasks.user_id = ${caller.userId}::uuid and tasks.label_keys @> fold_labels(array[${name}])`

/**
 * The CTE `touched(id, labels, growth, turn)`: the tasks whose labels change, up to one more than
 * the limit.
 *
 * @param newName null where the label is deleted, undefined where the tasks keep it as it is
 */
export const touchedTasks = (
  caller: Caller,
  name: string,
  newName: string | null | undefined,
): Fragment => sql.fragment`
    touched as materialized (
      select found.*, row_number() over (order by id) as turn
      from (
        select
          tasks.id,
          after.labels,
          octet_length(array_to_string(after.labels, ''))
            - octet_length(array_to_string(tasks.labels, '')) as growth
        from tasks
        join named using (user_id)
        cross join lateral (select ${labelsAfter(newName ?? null)} as labels) after
        where ${hasLabel(caller, name)}
          and ${newName !== undefined}
          and after.labels is distinct from tasks.labels
        limit ${LABEL_LIMIT + 1}
      ) found
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
        and turn <= ${LABEL_LIMIT}
    )`

/** The labels of a task without the one that has a key, or with another in its place. */
const labelsAfter = (newName: string | null) =>
  newName === null
    ? sql.fragment`array(
          select label
          from unnest(tasks.labels, tasks.label_keys) with ordinality each (label, key, place)
          where each.key <> named.key
          order by place
        )`
    : sql.fragment`unique_labels(array(
          select case when each.key = named.key then ${newName} else label end
          from unnest(tasks.labels, tasks.label_keys) with ordinality each (label, key, place)
          order by place
        ))`
