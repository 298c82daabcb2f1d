import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { ChangeResult } from '../../resource/result.ts'
import type { Members } from '../../resource/write/members.ts'
import { deleteResource, restoreResource } from '../../resource/write/trash.ts'
import type { Guard } from '../../resource/write/write.ts'
import { isListThere, tasks } from '../fields.ts'
import { LIVE, noSubtasks, parentsOf, treeOfCurrent, treeViolation } from './tree.ts'

type Task = components['schemas']['Task']

const ANY = sql.fragment`true`
const ALL = sql.fragment`all`

/** Moves a task to the trash, and its subtasks of all levels with it. */
export function deleteTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<Task> | undefined> {
  return deleteResource(database, caller, tasks, id, guard, {
    context: treeOfCurrent(caller, LIVE),
    values: sql.fragment`parent_id, completed_at,`,
    violation: treeViolation,
    assignments: noSubtasks,
    members: [parentsOf({ before: true, after: false }), goesAlong(id)],
  })
}

const goesAlong = (id: string): Members => ({
  name: 'descendants',
  resource: tasks,
  rows: sql.fragment`select tree.id, tree.level from tree, changed`,
  order: sql.fragment`level desc, id`,
  assignments: sql.fragment`
    trashed_at = advanced.at,
    trashed_with_task = ${id}::uuid,
    ${noSubtasks}`,
  areFirst: true,
})

/**
 * Restores a task from the trash, and the subtasks that went there with it. Where its parent is not
 * there any more, it has none; where its list is not there any more, it is in the Inbox.
 *
 * tree: its subtasks of all levels. returning: those that went to the trash with it. parent: its
 * parent, where it is there.
 */
export function restoreTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<Task> | undefined> {
  return restoreResource(database, caller, tasks, id, guard, {
    context: sql.fragment`${treeOfCurrent(caller, ANY, ALL)}
    parent as (
      select tasks.id, tasks.list_id, tasks.level
      from current
      join tasks on tasks.id = current.parent_id
      where tasks.user_id = ${caller.userId}::uuid and ${LIVE}
    ),
    returning_tasks as (
      select tree.*
      from tree, current
      where tree.trashed_with_task in (current.id, current.trashed_with_task)
        or tree.trashed_with_list = current.trashed_with_list
    ),
    returning_counts as (
      select
        parent_id,
        count(*) filter (where completed_at is null)::int as open,
        count(completed_at)::int as done
      from returning_tasks
      group by parent_id
    ),`,
    values: sql.fragment`
        completed_at,
        (select id from parent) as parent_id,
        case
          when exists (select from parent) then (select list_id from parent)
          when ${isListThere(caller, sql.fragment`current.list_id`)} then current.list_id
        end as list_id,
        coalesce((select level from parent), 0) + 1 as level,`,
    assignments: sql.fragment`
      trashed_with_list = null,
      trashed_with_task = null,
      parent_id = changed.parent_id,
      list_id = changed.list_id,
      level = changed.level,
      ${subtasksOf(sql.fragment`changed.id`)},
      placed_version = case
        when (tasks.list_id, tasks.parent_id) is distinct from (changed.list_id, changed.parent_id)
          then own.version
        else tasks.placed_version
      end`,
    members: [parentsOf({ before: false, after: true }), COMES_ALONG],
  })
}

const subtasksOf = (id: Fragment) => sql.fragment`
      subtasks_open = coalesce((select open from returning_counts where parent_id = ${id}), 0),
      subtasks_done = coalesce((select done from returning_counts where parent_id = ${id}), 0)`

/** What returns, and where the place changes also what stays in the trash. */
const COMES_ALONG: Members = {
  name: 'descendants',
  resource: tasks,
  rows: sql.fragment`
      select
        tree.id,
        changed.list_id,
        (tree.level + changed.level - current.level)::smallint as level,
        returning_tasks.id is not null as returns,
        is_moved
      from changed
      cross join current
      cross join lateral (
        select (changed.list_id, changed.parent_id)
          is distinct from (current.list_id, current.parent_id) as is_moved
      ) moved
      cross join tree
      left join returning_tasks on returning_tasks.id = tree.id
      where is_moved or returning_tasks.id is not null`,
  order: sql.fragment`level, id`,
  assignments: sql.fragment`
    list_id = descendants.list_id,
    level = descendants.level,
    trashed_at = case when not descendants.returns then tasks.trashed_at end,
    trashed_with_list = case when not descendants.returns then tasks.trashed_with_list end,
    trashed_with_task = case when not descendants.returns then tasks.trashed_with_task end,
    ${subtasksOf(sql.fragment`tasks.id`)},
    placed_version = case
      when descendants.is_moved then own.version
      else tasks.placed_version
    end`,
  areFirst: false,
}
