import { fold } from '../../../rules/fold.ts'
import { PRIORITIES } from '../../../rules/priorities.ts'
import type { operations } from '../../../sdk/contract.gen.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { dueBetween, isDue, isStarted } from './due-filter.ts'
import type { LocalTime } from './local-time.ts'
import type { Sort } from './sort.ts'

type Query = NonNullable<operations['listTasks']['parameters']['query']>
export type Filter = Omit<Query, 'sort' | 'limit' | 'cursor' | 'time_zone'>

type State = 'open' | 'done' | 'trashed'

/** Which states of tasks a filter reads. */
export function statesOf({ trashed, completed, due }: Filter): State[] {
  if (trashed) return ['trashed']
  if (completed !== undefined) return [completed ? 'done' : 'open']
  return due === 'overdue' ? ['open'] : ['open', 'done']
}

/** The other conditions, written so that the index of the sort can serve them. */
export function conditions(
  filter: Filter,
  localTime: LocalTime | undefined,
  sort: Sort,
): Fragment[] {
  const {
    trashed,
    list_id,
    parent_id,
    started,
    completed,
    priority,
    label,
    due,
    due_before,
    due_after,
  } = filter
  const { created_after, updated_after, q } = filter
  const all: Fragment[] = []
  if (list_id) all.push(isIn(list_id))
  if (parent_id) all.push(isUnder(parent_id))
  if (started !== undefined && localTime)
    all.push(sql.fragment`${isStarted(localTime)} = ${started}`)
  if (trashed && completed !== undefined)
    all.push(sql.fragment`(completed_at is not null) = ${completed}`)
  if (priority)
    all.push(sql.fragment`tasks.priority = any(${sql.array(priority, 'text')}::task_priority[])`)
  // The index of the sort serves ranges only.
  if (priority && sort.endsWith('priority')) all.push(priorityRange(priority))
  if (label) all.push(hasLabels(label, filter.label_match))
  if (due && localTime) all.push(...isDue(due, localTime, sort))
  if (due_before || due_after) all.push(dueBetween(sort, due_after, due_before))
  if (created_after) all.push(sql.fragment`tasks.created_at > ${created_after}::timestamptz`)
  if (updated_after) all.push(sql.fragment`tasks.updated_at > ${updated_after}::timestamptz`)
  return [...all, ...searched(q)]
}

function isIn(listId: string): Fragment {
  return listId === 'inbox'
    ? sql.fragment`tasks.list_id is null`
    : sql.fragment`tasks.list_id = ${listId}::uuid`
}

function isUnder(parentId: string): Fragment {
  return parentId === 'none'
    ? sql.fragment`tasks.parent_id is null`
    : sql.fragment`tasks.parent_id = ${parentId}::uuid`
}

function hasLabels(labels: string[], match: Filter['label_match']): Fragment {
  const keys = sql.fragment`fold_labels(${sql.array(labels, 'text')})`
  return match === 'all'
    ? sql.fragment`tasks.label_keys @> ${keys}`
    : sql.fragment`tasks.label_keys && ${keys}`
}

function priorityRange(priorities: NonNullable<Filter['priority']>): Fragment {
  const chosen = PRIORITIES.filter((each) => priorities.includes(each))
  const [lowest = 'none', highest = lowest] = [chosen[0], chosen.at(-1)]
  return sql.fragment`
    tasks.priority between ${lowest}::task_priority and ${highest}::task_priority`
}

/** A condition for each word of a search. */
export function searched(q = ''): Fragment[] {
  return words(q).map((word) => sql.fragment`tasks.search like '%' || fold(${word}) || '%'`)
}

/**
 * The words of a search. They are folded before they are split, because an accent that stands alone
 * folds to nothing. The wildcards of LIKE are escaped.
 */
function words(q: string): string[] {
  return fold(q)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replaceAll(/[\\%_]/g, '\\$&'))
}
