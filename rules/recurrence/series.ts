import { v5 as uuidv5 } from 'uuid'
import { addDays, daysBetween } from '../day.ts'
import { clockReading, momentOf } from '../local-time.ts'
import { nextOccurrence } from './dates.ts'
import type { Recurrence } from './rule.ts'

const MINUTE = 60_000

/** What the next task of a series is made from. */
export interface Recurring {
  id: string
  starts_on: string | null
  due_date: string
  due_time: string | null
  due_time_zone: string | null
  recurrence: Recurrence
  /** The time of the series, where the clocks skip it on this date. */
  series_time: string | null
}

/** What the next task of a series has otherwise than the one before. */
export interface Next {
  id: string
  /** How many days it is due after the one before. */
  days: number
  starts_on: string | null
  due_date: string
  due_time: string | null
  recurrence: Recurrence
  series_time: string | null
}

/**
 * The id of the task that follows a task in its series: the same on every device and at every try,
 * so that a task is followed by one (RFC 9562, version 5).
 */
export const idOfNext = (id: string): string => uuidv5('next', id)

/** The id of the copy of a subtask that is under the next task of a series. */
export const idOfCopy = (nextId: string, subtaskId: string): string => uuidv5(subtaskId, nextId)

/**
 * The day by the clock of a task.
 *
 * @param moment milliseconds since 1970 in UTC
 * @param timeZone null: UTC
 * @example dayIn(Date.UTC(2026, 11, 31, 23, 30), 'Europe/Berlin') // '2027-01-01'
 */
export const dayIn = (moment: number, timeZone: string | null): string =>
  new Date(clockReading(moment, timeZone ?? 'UTC')).toISOString().slice(0, 10)

/**
 * The next task of a series; undefined where it has ended. Where the clocks skip its time on the
 * new date, it is due at the first moment after it that exists.
 *
 * @param completedOn the day by the clock of the person
 */
export function nextOfSeries(task: Recurring, completedOn: string): Next | undefined {
  const next = nextOccurrence(task.recurrence, task.due_date, completedOn)
  if (!next) return undefined
  const time = task.series_time ?? task.due_time
  const due = existing(next.due_date, time, task.due_time_zone)
  const days = daysBetween(task.due_date, due.date)
  return {
    id: idOfNext(task.id),
    days,
    starts_on: shifted(task.starts_on, days),
    due_date: due.date,
    due_time: due.time,
    recurrence: { ...task.recurrence, rule: next.rule },
    series_time: due.time === time ? null : time,
  }
}

/** The same, due half an hour later, where a database knows of a skipped time that we do not. */
export function halfAnHourLater(next: Next): Next {
  const [due_date = next.due_date, clock = ''] = new Date(
    Date.parse(`${next.due_date}T${next.due_time}Z`) + 30 * MINUTE,
  )
    .toISOString()
    .split('T')
  const series_time = next.series_time ?? next.due_time
  return { ...next, due_date, due_time: clock.slice(0, 5), series_time }
}

/** A day so many days later; null where the contract has no such day. */
export function shifted(day: string | null, days: number): string | null {
  if (day === null) return null
  const later = addDays(day, days)
  return /^[1-9]\d{3}-/.test(later) ? later : null
}

/** When a task is due, as a text. */
export const dueText = ({
  due_date,
  due_time,
}: {
  due_date: string | null
  due_time: string | null
}): string => `${due_date} ${due_time}`

/** A date and time, or the first after it that the clocks of the time zone show. */
export function existing(
  date: string,
  time: string | null,
  timeZone: string | null,
): { date: string; time: string | null } {
  if (time === null || timeZone === null) return { date, time }
  let reading = Date.parse(`${date}T${time}Z`)
  while (clockReading(momentOf(reading, timeZone), timeZone) !== reading) reading += MINUTE
  const [day = date, clock = time] = new Date(reading).toISOString().split('T')
  return { date: day, time: clock.slice(0, 5) }
}
