import { LEVELS } from '../../../rules/limits.ts'
import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { recordColumns, recordMembers } from '../../resource/field.ts'
import { dueViolation, FIELDS, isListThere } from '../fields.ts'

/** What a row says itself; its place depends on others. */
const CONTENT = FIELDS.filter(({ name }) => name !== 'list_id' && name !== 'parent_id')

/**
 * The CTEs `given`, the rows of a file, and `next`, the same with their place in the tree and what
 * they violate.
 *
 * @param given the rows, as JSON
 */
export function rowsOfFile(caller: Caller, given: string): Fragment {
  return sql.fragment`
    given as materialized (
      select
        place,
        "row",
        id,
        given_list,
        given_parent,
        ${recordMembers(CONTENT)},
        ${dueViolation} as due_violation,
        completed_at,
        trashed_at,
        created_at,
        updated_at
      from json_to_recordset(${given}::json) as each (
        place int,
        "row" int,
        id uuid,
        given_list uuid,
        given_parent uuid,
        ${recordColumns(CONTENT)},
        completed_at timestamptz(3),
        trashed_at timestamptz(3),
        created_at timestamptz(3),
        updated_at timestamptz(3)
      )
    ),
    ${placedRows(caller)},
    next as materialized (
      select
        given.*,
        placed.list_id,
        placed.parent_id,
        placed.level,
        case when placed.id is null then 'would_be_its_own_ancestor' else violation end
          as violation
      from given
      left join placed on placed.id = given.id
    ),`
}

/**
 * The CTE `placed(id, list_id, parent_id, level, violation)`: the rows in the list of their parent,
 * which is a task that is there already or another row. A row in the trash whose parent is not
 * there is under none. Rows that are below themselves are missing.
 *
 * there: the tasks that are parents. rows: each with its parent among them.
 */
function placedRows(caller: Caller): Fragment {
  return sql.fragment`
    there as (
      select tasks.id, tasks.list_id, tasks.level
      from tasks
      join user_version using (user_id)
      where tasks.user_id = ${caller.userId}::uuid
        and tasks.state <> 'trashed'
        and tasks.id in (select given_parent from given)
    ),
    new_rows as (
      select given.*
      from given
      where id not in (
        select tasks.id
        from tasks
        join user_version using (user_id)
        where tasks.user_id = ${caller.userId}::uuid
          and tasks.id in (select id from given)
      )
    ),
    placed as materialized (
      with recursive tree as (
        select
          given.id,
          given.trashed_at,
          case when there.id is null then given_list else there.list_id end as list_id,
          case when trashed_at is null then given_parent else there.id end as parent_id,
          coalesce(there.level, 0) + 1 as level,
          case
            when given_parent is not null and there.id is null and trashed_at is null
              then 'parent_missing'
            when there.level >= ${LEVELS} then 'too_deep'
            when there.id is null
              and given_list is not null
              and not ${isListThere(caller, sql.fragment`given_list`)}
              then 'list_missing'
            else due_violation
          end as violation
        from given
        left join there on there.id = given_parent
        where given_parent is null or given_parent not in (select id from new_rows)
        union all
        select
          given.id,
          given.trashed_at,
          case when is_apart then given_list else tree.list_id end,
          case when not is_apart then given_parent end,
          case when is_apart then 1 else tree.level + 1 end,
          case
            when is_apart then
              case
                when given_list is not null
                  and not ${isListThere(caller, sql.fragment`given_list`)}
                  then 'list_missing'
                else due_violation
              end
            when tree.violation is not null or tree.trashed_at is not null then 'parent_missing'
            when tree.level >= ${LEVELS} then 'too_deep'
            else due_violation
          end
        from tree
        join given on given_parent = tree.id
        cross join lateral (
          select given.trashed_at is not null and (
            tree.trashed_at is not null or tree.violation is not null
          ) as is_apart
        ) apart
        where tree.id in (select id from new_rows)
      )
      select * from tree
    )`
}
