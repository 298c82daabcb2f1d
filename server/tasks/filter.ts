import type { operations } from '../../sdk/contract.gen.ts'
import { sql } from '../database/live-caller.ts'
import type { DueClock } from './due-clock.ts'
import { dueOrFirst, dueOrLast } from './sort.ts'

type Query = NonNullable<operations['listTasks']['parameters']['query']>
export type Filter = Omit<Query, 'sort' | 'limit' | 'cursor' | 'time_zone'>

/** Which halves of the tasks, open and done, a filter looks at. */
export function statesOf({ completed, due }: Filter): boolean[] {
  if (completed !== undefined) return [completed]
  return due === 'overdue' ? [false] : [false, true]
}

/** What must be true of a task, `completed` apart. */
export function conditions(filter: Filter, clock: DueClock) {
  const { priority, label, label_match, due, due_before, due_after, created_after, updated_after, q } = filter
  const labels = label && sql.array(label, 'text')
  return [
    ...(priority ? [sql.fragment`tasks.priority = any(${sql.array(priority, 'text')}::task_priority[])`] : []),
    ...(labels ? [label_match === 'all' ? sql.fragment`tasks.labels @> ${labels}` : sql.fragment`tasks.labels && ${labels}`] : []),
    ...(due ? [DUE[due](clock)] : []),
    ...(due_before ? [sql.fragment`${dueOrLast} < ${due_before}::timestamp`] : []),
    ...(due_after ? [sql.fragment`${dueOrFirst} >= ${due_after}::timestamp + interval '1 day'`] : []),
    ...(created_after ? [sql.fragment`tasks.created_at > ${created_after}::timestamptz`] : []),
    ...(updated_after ? [sql.fragment`tasks.updated_at > ${updated_after}::timestamptz`] : []),
    ...(q ? words(q).map((word) => sql.fragment`tasks.search like '%' || fold(${word}) || '%'`) : []),
  ]
}

/** How far two clocks on this earth are apart, for the index: what it lets through is looked at more closely. */
const APART = sql.fragment`interval '26 hours'`

const DUE: Record<NonNullable<Filter['due']>, (clock: DueClock) => ReturnType<typeof sql.fragment>> = {
  overdue: (clock) => sql.fragment`${dueOrLast} < ${clock.minute}::timestamp + ${APART} and ${isOverdue(clock)}`,
  today: (clock) => sql.fragment`
    ${dueOrLast} >= ${clock.today}::timestamp - ${APART} and ${dueOrLast} < ${clock.today}::timestamp + interval '1 day' + ${APART} and ${isToday(clock)}`,
  upcoming: (clock) => sql.fragment`
    ${dueOrFirst} >= ${clock.today}::timestamp + interval '1 day' - ${APART} and
    case when due_instant is null then due_date > ${clock.today}::date else due_instant >= ${moment(clock.dayEnd)} end`,
  none: () => sql.fragment`${dueOrLast} = 'infinity'`,
}

export function isOverdue(clock: DueClock) {
  return sql.fragment`not completed and case when due_instant is null then due_at < ${clock.minute}::timestamp else due_instant < ${moment(clock.now)} end`
}

export function isToday(clock: DueClock) {
  return sql.fragment`
    case when due_instant is null then due_date = ${clock.today}::date else due_instant >= ${moment(clock.dayStart)} and due_instant < ${moment(clock.dayEnd)} end`
}

function moment(milliseconds: number) {
  return sql.fragment`${new Date(milliseconds).toISOString()}::timestamptz`
}

/** The words of a search, with what LIKE would take for a wildcard marked as meant. */
function words(q: string): string[] {
  return q
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[\\%_]/g, '\\$&'))
}
