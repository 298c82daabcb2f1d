import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { NOW } from '../../resource/field.ts'
import type { ChangeResult } from '../../resource/result.ts'
import type { Members } from '../../resource/write/members.ts'
import { type Guard, writeResource } from '../../resource/write/write.ts'
import { tasks } from '../fields.ts'
import { columnsOfNext, type SeriesStep, seriesViolation } from './series-step.ts'
import { LIVE, parentsOf, treeOfCurrent, treeViolation } from './tree.ts'

type Task = components['schemas']['Task']

const STAYS_LIVE = parentsOf({ before: true, after: true })

/** Completes an open task and reopens a completed one. */
export function toggleTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
  step?: SeriesStep,
): Promise<ChangeResult<Task> | undefined> {
  const completedAt = sql.fragment`case when current.completed_at is null then ${NOW} end`
  return writeResource(database, caller, tasks, id, guard, {
    next: sql.fragment`
      select
        user_id,
        id,
        parent_id,
        ${seriesViolation('current', completedAt, step)} as violation,
        ${completedAt} as completed_at
      from current
      where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`completed_at = changed.completed_at${assigned(step)}`,
    members: [STAYS_LIVE],
  })
}

/** Completes or reopens a task together with its subtasks of all levels. */
export function completeTree(
  database: Statements,
  caller: Caller,
  id: string,
  completed: boolean,
  guard: Guard,
  step?: SeriesStep,
): Promise<ChangeResult<Task> | undefined> {
  const completedAt = sql.fragment`
    case when ${completed} then coalesce(current.completed_at, ${NOW}) end`
  const isOther = (row: string) =>
    sql.fragment`(${sql.identifier([row, 'completed_at'])} is null) = ${completed}`
  return writeResource(database, caller, tasks, id, guard, {
    context: treeOfCurrent(caller, LIVE),
    next: sql.fragment`
      select
        user_id,
        id,
        parent_id,
        coalesce(${treeViolation}, ${seriesViolation('current', completedAt, step)}) as violation,
        ${completedAt} as completed_at
      from current
      where matched`,
    differs: sql.fragment`
      (${isOther('current')} or exists (select from tree where ${isOther('tree')}))`,
    assignments: sql.fragment`
      completed_at = changed.completed_at, ${allSubtasks(completed)}${assigned(step)}`,
    members: [STAYS_LIVE, descendants(completed, isOther)],
  })
}

/** Those that change, and those that count one that changes. */
function descendants(completed: boolean, isOther: (row: string) => Fragment): Members {
  return {
    name: 'descendants',
    resource: tasks,
    rows: sql.fragment`
      select tree.id, tree.level
      from tree, changed
      where ${isOther('tree')}
        or tree.id in (select subtask.parent_id from tree subtask where ${isOther('subtask')})`,
    order: sql.fragment`level, id`,
    assignments: sql.fragment`
      completed_at = case when ${completed} then coalesce(tasks.completed_at, advanced.at) end,
      ${allSubtasks(completed)}`,
    areFirst: false,
  }
}

/** For the `set` of a task whose subtasks are all done, or all open. */
const allSubtasks = (completed: boolean) => sql.fragment`
      subtasks_open = case when ${completed} then 0 else subtasks_open + subtasks_done end,
      subtasks_done = case when ${completed} then subtasks_open + subtasks_done else 0 end`

function assigned(step: SeriesStep | undefined): Fragment {
  if (!step) return sql.fragment``
  const { next_task_id, next_due } = columnsOfNext(step.next)
  return sql.fragment`, next_task_id = ${next_task_id}, next_due = ${next_due}`
}
