import type { operations } from '../../../sdk/contract.gen.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { LocalTime } from './local-time.ts'
import { dueOrFirst, dueOrLast, type Sort } from './sort.ts'

type Due = NonNullable<NonNullable<operations['listTasks']['parameters']['query']>['due']>

/**
 * The greatest difference between two local times on earth. The index finds tasks by their local
 * time, and only those within this range are looked at more closely.
 */
const ZONE_RANGE = sql.fragment`interval '26 hours'`

const day = (date: string) => sql.fragment`${date}::timestamp`
const dayAfter = (date: string) => sql.fragment`(${date}::timestamp + interval '1 day')`
const moment = (milliseconds: number) =>
  sql.fragment`${new Date(milliseconds).toISOString()}::timestamptz`

/** Due after one day and before another; without one of them, at any time on that side. */
export function dueBetween(
  sort: Sort,
  after: string | undefined,
  before: string | undefined,
): Fragment {
  return dueWithin(sort, after ? dayAfter(after) : undefined, before ? day(before) : undefined)
}

/** The values of the parameter `due`, as conditions. */
export function isDue(due: Due, localTime: LocalTime, sort: Sort): Fragment[] {
  const { today, minute } = localTime
  switch (due) {
    case 'overdue':
      return [
        dueWithin(sort, undefined, sql.fragment`${minute}::timestamp + ${ZONE_RANGE}`),
        isOverdue(localTime),
      ]
    case 'today': {
      const from = sql.fragment`${day(today)} - ${ZONE_RANGE}`
      const before = sql.fragment`${dayAfter(today)} + ${ZONE_RANGE}`
      return [dueWithin(sort, from, before), isToday(localTime)]
    }
    case 'upcoming':
      return [
        dueWithin(sort, sql.fragment`${dayAfter(today)} - ${ZONE_RANGE}`, undefined),
        isUpcoming(localTime),
      ]
    case 'none':
      return [
        sort === '-due'
          ? sql.fragment`${dueOrFirst} = '-infinity'`
          : sql.fragment`${dueOrLast} = 'infinity'`,
      ]
  }
}

/** Due from one local time until before another; without an end, at any time on that side. */
function dueWithin(sort: Sort, from: Fragment | undefined, before: Fragment | undefined): Fragment {
  if (sort !== '-due') {
    const least = from ? sql.fragment` and ${dueOrLast} >= ${from}` : sql.fragment``
    return sql.fragment`${dueOrLast} < ${before ?? sql.fragment`'infinity'`}${least}`
  }
  const least = from
    ? sql.fragment`${dueOrFirst} >= ${from}`
    : sql.fragment`${dueOrFirst} > '-infinity'`
  return before ? sql.fragment`${least} and ${dueOrFirst} < ${before}` : least
}

// A task with a time zone of its own is due at an instant, any other at the local time of its
// reader.

export function isOverdue({ minute, now }: LocalTime): Fragment {
  return sql.fragment`
    completed_at is null
    and case
      when due_instant is null then due_at < ${minute}::timestamp
      else due_instant < ${moment(now)}
    end`
}

/** Whether the day from which a task can be started has come. */
export const isStarted = ({ today }: LocalTime): Fragment =>
  sql.fragment`(starts_on is null or starts_on <= ${today}::date)`

export function isToday({ today, dayStart, dayEnd }: LocalTime): Fragment {
  return sql.fragment`
    case
      when due_instant is null then due_date = ${today}::date
      else due_instant >= ${moment(dayStart)} and due_instant < ${moment(dayEnd)}
    end`
}

function isUpcoming({ today, dayEnd }: LocalTime): Fragment {
  return sql.fragment`
    case
      when due_instant is null then due_date > ${today}::date
      else due_instant >= ${moment(dayEnd)}
    end`
}
