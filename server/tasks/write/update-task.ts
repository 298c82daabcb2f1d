import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Computed } from '../../resource/fields.ts'
import type { ChangeResult } from '../../resource/result.ts'
import type { Members } from '../../resource/write/members.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { updateResource } from '../../resource/write/update.ts'
import type { Guard } from '../../resource/write/write.ts'
import { dueViolation, placeViolation, tasks, underParent } from '../fields.ts'
import { columnsOfNext, type SeriesStep, seriesViolation } from './series-step.ts'
import { parentsOf, treeHeight, treeOfCurrent, treeViolation } from './tree.ts'

type Schemas = components['schemas']

const STAYS_LIVE = parentsOf({ before: true, after: true })

/** The subtasks of a task that comes under another parent, or into another list. */
const TREE_MOVED: Members = {
  name: 'descendants',
  resource: tasks,
  rows: sql.fragment`
      select
        tree.id,
        changed.list_id,
        (tree.level + changed.level - current.level)::smallint as level
      from tree, changed, current
      where (changed.list_id, changed.parent_id)
        is distinct from (current.list_id, current.parent_id)`,
  order: sql.fragment`level, id`,
  assignments: sql.fragment`
    list_id = descendants.list_id,
    level = descendants.level,
    placed_version = own.version`,
  areFirst: false,
}

/** Writes the members that `change` has. Where the place changes, the subtasks move along. */
export function updateTask(
  database: Statements,
  caller: Caller,
  id: string,
  change: Schemas['TaskUpdate'],
  guard: Guard,
  quota: Quota,
  step?: SeriesStep,
): Promise<ChangeResult<Schemas['Task']> | undefined> {
  const isMoved = change.list_id !== undefined || change.parent_id !== undefined
  const isCompleted = change.completed !== undefined
  const violation = isMoved ? movedViolation(caller) : dueViolation
  return updateResource(database, caller, tasks, id, change, guard, quota, {
    violation: isCompleted
      ? sql.fragment`
        coalesce(
          ${violation},
          ${seriesViolation('next', sql.fragment`next.completed_at`, step)}
        )`
      : violation,
    ...(isMoved ? { context: treeOfCurrent(caller) } : {}),
    computed: {
      ...(isMoved ? placeOf(caller, change) : {}),
      ...seriesOf(change, step),
    },
    members: isMoved ? [STAYS_LIVE, TREE_MOVED] : isCompleted ? [STAYS_LIVE] : [],
  })
}

/** The columns of the series that change with the task. */
function seriesOf(
  { recurrence, due_time }: Schemas['TaskUpdate'],
  { next, time = due_time === undefined ? undefined : null }: SeriesStep = {},
): Computed {
  return {
    ...(recurrence ? { series_id: sql.fragment`coalesce(series_id, id)` } : {}),
    ...(next === undefined ? {} : columnsOfNext(next)),
    ...(time === undefined ? {} : { series_time: sql.fragment`${time}::time` }),
  }
}

function placeOf(caller: Caller, { list_id, parent_id }: Schemas['TaskUpdate']): Computed {
  if (parent_id === undefined) return { level: sql.fragment`level` }
  if (parent_id === null) return { level: sql.fragment`1` }
  const { level, ...inherited } = underParent(caller, sql.fragment`${parent_id}::uuid`)
  return list_id === undefined ? { ...inherited, level } : { level }
}

const movedViolation = (caller: Caller) => sql.fragment`
  case
    when (
      select (next.list_id, next.parent_id)
        is not distinct from (current.list_id, current.parent_id)
      from current
    )
      then ${dueViolation}
    when next.parent_id = next.id or next.parent_id in (select tree.id from tree)
      then 'would_be_its_own_ancestor'
    else coalesce(
      ${placeViolation(caller, 'next', treeHeight)},
      ${treeViolation},
      ${dueViolation}
    )
  end`
