import { fold } from '../../../rules/fold.ts'
import { PRIORITIES } from '../../../rules/priorities.ts'
import type { operations } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/live-caller.ts'
import type { DueClock } from './local-time.ts'
import { dueOrFirst, dueOrLast, type Sort } from './sort.ts'

type Query = NonNullable<operations['listTasks']['parameters']['query']>
export type Filter = Omit<Query, 'sort' | 'limit' | 'cursor' | 'time_zone'>

type Fragment = ReturnType<typeof sql.fragment>
type State = 'open' | 'done' | 'trashed'

/** Which states of tasks a filter looks at. */
export function statesOf({ trashed, completed, due }: Filter): State[] {
  if (trashed) return ['trashed']
  if (completed !== undefined) return [completed ? 'done' : 'open']
  return due === 'overdue' ? ['open'] : ['open', 'done']
}

/** What else must be true of a task; said so that the index of the sort can tell, too. */
export function conditions(filter: Filter, clock: DueClock | undefined, sort: Sort) {
  const {
    trashed,
    completed,
    priority,
    label,
    label_match,
    due,
    due_before,
    due_after,
    created_after,
    updated_after,
    q,
  } = filter
  const labels = label && sql.fragment`fold_labels(${sql.array(label, 'text')})`
  return [
    ...(trashed && completed !== undefined
      ? [sql.fragment`(completed_at is not null) = ${completed}`]
      : []),
    ...(priority
      ? [sql.fragment`tasks.priority = any(${sql.array(priority, 'text')}::task_priority[])`]
      : []),
    // The index of the sort goes by a range only.
    ...(priority && sort.endsWith('priority') ? [priorityWithin(priority)] : []),
    ...(labels
      ? [
          label_match === 'all'
            ? sql.fragment`tasks.label_keys @> ${labels}`
            : sql.fragment`tasks.label_keys && ${labels}`,
        ]
      : []),
    ...(due && clock ? DUE[due](clock, sort) : []),
    ...(due_before || due_after
      ? [
          dueWithin(
            sort,
            due_after ? dayAfter(due_after) : undefined,
            due_before ? day(due_before) : undefined,
          ),
        ]
      : []),
    ...(created_after ? [sql.fragment`tasks.created_at > ${created_after}::timestamptz`] : []),
    ...(updated_after ? [sql.fragment`tasks.updated_at > ${updated_after}::timestamptz`] : []),
    ...searched(q),
  ]
}

/** That a task has each word of a search. */
export function searched(q = ''): Fragment[] {
  return words(q).map((word) => sql.fragment`tasks.search like '%' || fold(${word}) || '%'`)
}

function priorityWithin(priorities: NonNullable<Filter['priority']>): Fragment {
  const [least, ...more] = PRIORITIES.filter((each) => priorities.includes(each))
  return sql.fragment`tasks.priority between ${least as string}::task_priority and ${more.at(-1) ?? (least as string)}::task_priority`
}

const day = (date: string) => sql.fragment`${date}::timestamp`
const dayAfter = (date: string) => sql.fragment`(${date}::timestamp + interval '1 day')`
/**
 * How far two clocks on this earth are apart: what the index lets through is looked at more
 * closely.
 */
const APART = sql.fragment`interval '26 hours'`

/**
 * Due on the clock of whoever wrote it, from one reading until before another; without an end, at
 * any.
 */
function dueWithin(sort: Sort, from: Fragment | undefined, before: Fragment | undefined): Fragment {
  return sort === '-due'
    ? sql.fragment`${from ? sql.fragment`${dueOrFirst} >= ${from}` : sql.fragment`${dueOrFirst} > '-infinity'`} ${before ? sql.fragment`and ${dueOrFirst} < ${before}` : sql.fragment``}`
    : sql.fragment`${dueOrLast} < ${before ?? sql.fragment`'infinity'`} ${from ? sql.fragment`and ${dueOrLast} >= ${from}` : sql.fragment``}`
}

const DUE: Record<NonNullable<Filter['due']>, (clock: DueClock, sort: Sort) => Fragment[]> = {
  overdue: (clock, sort) => [
    dueWithin(sort, undefined, sql.fragment`${clock.minute}::timestamp + ${APART}`),
    isOverdue(clock),
  ],
  today: (clock, sort) => [
    dueWithin(
      sort,
      sql.fragment`${day(clock.today)} - ${APART}`,
      sql.fragment`${dayAfter(clock.today)} + ${APART}`,
    ),
    isToday(clock),
  ],
  upcoming: (clock, sort) => [
    dueWithin(sort, sql.fragment`${dayAfter(clock.today)} - ${APART}`, undefined),
    sql.fragment`case when due_instant is null then due_date > ${clock.today}::date else due_instant >= ${moment(clock.dayEnd)} end`,
  ],
  none: (_, sort) => [
    sort === '-due'
      ? sql.fragment`${dueOrFirst} = '-infinity'`
      : sql.fragment`${dueOrLast} = 'infinity'`,
  ],
}

export function isOverdue(clock: DueClock) {
  return sql.fragment`completed_at is null and case when due_instant is null then due_at < ${clock.minute}::timestamp else due_instant < ${moment(clock.now)} end`
}

export function isToday(clock: DueClock) {
  return sql.fragment`
    case when due_instant is null then due_date = ${clock.today}::date else due_instant >= ${moment(clock.dayStart)} and due_instant < ${moment(clock.dayEnd)} end`
}

function moment(milliseconds: number) {
  return sql.fragment`${new Date(milliseconds).toISOString()}::timestamptz`
}

/**
 * The words of a search, folded before they are told apart, because an accent that stands alone
 * folds to nothing. What LIKE would take for a wildcard is marked.
 */
function words(q: string): string[] {
  return fold(q)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replaceAll(/[\\%_]/g, '\\$&'))
}
