import type { Caller } from '../contract/handlers.ts'
import { sql } from '../database/sql.ts'
import type { Members } from '../resource/write/members.ts'
import { tasks } from '../tasks/fields.ts'
import { LIVE, noSubtasks } from '../tasks/write/tree.ts'

// What becomes of the tasks of a list together with the list.

/** Those that are in a list, and not in the trash. */
export const isInList = (listId: string) =>
  sql.fragment`tasks.list_id = ${listId}::uuid and ${LIVE}`

/** The tasks of a list that goes to the trash. */
export const goesAlong = (caller: Caller, listId: string): Members => ({
  name: 'held',
  resource: tasks,
  rows: sql.fragment`
      select tasks.id, tasks.level
      from tasks
      join changed using (user_id)
      where tasks.user_id = ${caller.userId}::uuid and ${isInList(listId)}`,
  order: sql.fragment`level desc, id`,
  assignments: sql.fragment`
    trashed_at = advanced.at,
    trashed_with_list = ${listId}::uuid,
    ${noSubtasks}`,
  areFirst: true,
})

/** The tasks that went to the trash with a list that comes back. */
export const comesAlong = (caller: Caller, listId: string): Members => ({
  name: 'held',
  resource: tasks,
  rows: sql.fragment`
      with returning_tasks as (
        select tasks.id, tasks.parent_id, tasks.level, tasks.completed_at
        from tasks
        join changed using (user_id)
        where tasks.user_id = ${caller.userId}::uuid and tasks.trashed_with_list = ${listId}::uuid
      )
      select
        returning_tasks.id,
        returning_tasks.level,
        coalesce(counts.open, 0) as open,
        coalesce(counts.done, 0) as done
      from returning_tasks
      left join (
        select
          parent_id,
          count(*) filter (where completed_at is null) as open,
          count(completed_at) as done
        from returning_tasks
        group by parent_id
      ) counts on counts.parent_id = returning_tasks.id`,
  order: sql.fragment`level, id`,
  assignments: sql.fragment`
    trashed_at = null,
    trashed_with_list = null,
    subtasks_open = held.open,
    subtasks_done = held.done`,
  areFirst: false,
})
