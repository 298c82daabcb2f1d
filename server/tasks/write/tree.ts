import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { type Members, TEXT_LIMIT } from '../../resource/write/members.ts'
import { tasks } from '../fields.ts'

/** Most subtasks, counted over all levels, that are written together with their task. */
export const TREE_LIMIT = 2_000

/**
 * The CTE `tree`: the subtasks of the row `current`, of all levels.
 *
 * @param which of them, and so also of those below them
 * @param limit how many are read: one more than may be written
 */
export function treeOfCurrent(
  caller: Caller,
  which = sql.fragment`true`,
  limit = sql.fragment`${TREE_LIMIT + 1}`,
): Fragment {
  const columns = sql.fragment`
        tasks.id, tasks.parent_id, tasks.level, tasks.completed_at,
        tasks.trashed_with_list, tasks.trashed_with_task, ${tasks.bytesOf('tasks')} as bytes`
  return sql.fragment`
    tree as materialized (
      with recursive below as (
        select ${columns}
        from current
        join tasks on tasks.parent_id = current.id
        where current.matched and tasks.user_id = ${caller.userId}::uuid and ${which}
        union all
        select ${columns}
        from below
        join tasks on tasks.parent_id = below.id
        where tasks.user_id = ${caller.userId}::uuid and ${which}
      )
      select * from below limit ${limit}
    ),`
}

export const LIVE = sql.fragment`tasks.state <> 'trashed'`

/** The rule that `tree` violates, else null. */
export const treeViolation = sql.fragment`
  case
    when (select count(*) > ${TREE_LIMIT} or sum(bytes) > ${TEXT_LIMIT} from tree)
      then 'too_many_subtasks'
  end`

/** How many levels `tree` has below the row `current`. */
export const treeHeight = sql.fragment`
  (select coalesce(max(tree.level) - max(current.level), 0) from tree, current)`

/** For the `set` of a task without subtasks that are not in the trash. */
export const noSubtasks = sql.fragment`subtasks_open = 0, subtasks_done = 0`

/** A row for the parent of a task, where it has one. */
const share = (row: 'current' | 'changed', sign: Fragment) => sql.fragment`
        select
          ${sql.identifier([row, 'parent_id'])} as id,
          ${sign} (${sql.identifier([row, 'completed_at'])} is null)::int as open,
          ${sign} (${sql.identifier([row, 'completed_at'])} is not null)::int as done
        from ${sql.identifier([row])}
        where ${sql.identifier([row, 'parent_id'])} is not null
          and exists (select from changed)`

/** How parents are written, by the numbers `open` and `done` that they count more. */
export const countedParents: Omit<Members, 'rows'> = {
  name: 'parents',
  resource: tasks,
  order: sql.fragment`id`,
  assignments: sql.fragment`
    subtasks_open = tasks.subtasks_open + parents.open,
    subtasks_done = tasks.subtasks_done + parents.done`,
  areFirst: true,
}

/**
 * The parents of a task before and after its change, where they count it otherwise than before.
 *
 * @param isCounted before and after: whether it is not in the trash
 */
export function parentsOf(isCounted: { before: boolean; after: boolean }): Members {
  const shares = [
    ...(isCounted.before ? [share('current', sql.fragment`-`)] : []),
    ...(isCounted.after ? [share('changed', sql.fragment``)] : []),
  ]
  return {
    ...countedParents,
    rows: sql.fragment`
      select id, sum(open)::int as open, sum(done)::int as done
      from (${sql.join(shares, sql.fragment` union all `)}) shares
      group by id
      having sum(open) <> 0 or sum(done) <> 0`,
  }
}

/** The parent of a task that is created. */
export const parentOfNew: Members = {
  ...countedParents,
  rows: sql.fragment`
      select parent_id as id, (not completed)::int as open, completed::int as done
      from changed`,
}
