import type { Task } from '@docket/sdk'
import { addDays } from '../../../../rules/day.ts'
import { momentOf } from '../../../../rules/local-time.ts'

/** `2026-12-01`, by the clock of the person. */
export function dayOf(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}

/** So many days from now. */
export const dayFromToday = (days: number): string => addDays(dayOf(new Date()), days)

export interface Due {
  /** `2026-12-01` */
  day: string
  /** `09:00`; null: some time that day. */
  time: string | null
}

/**
 * When a task is due by the clock of the person: a time with a time zone is a moment, any other is
 * taken as it is written.
 */
export function dueOf({
  due_date,
  due_time,
  due_time_zone,
}: Pick<Task, 'due_date' | 'due_time' | 'due_time_zone'>): Due | undefined {
  if (!due_date) return undefined
  if (!due_time || !due_time_zone) return { day: due_date, time: due_time }
  return here(`${due_date}T${due_time}`, due_time_zone)
}

/** One day, then its times, then some time that day. */
export function compareDue(a: Due | undefined, b: Due | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  return a.day < b.day
    ? -1
    : a.day > b.day
      ? 1
      : (a.time ?? '~') < (b.time ?? '~')
        ? -1
        : (a.time ?? '~') > (b.time ?? '~')
          ? 1
          : 0
}

export function isOverdue({ day, time }: Due, now: Date): boolean {
  const today = dayOf(now)
  return day < today || (day === today && time !== null && time < timeOf(now))
}

const moments = new Map<string, number | undefined>()

/**
 * When the clocks of this device show it; the device may be taken to another time zone while the
 * page is open, so that is asked each time.
 */
function here(wall: string, zone: string): Due {
  const key = `${wall} ${zone}`
  if (!moments.has(key)) moments.set(key, momentIn(wall, zone))
  const moment = moments.get(key)
  const date = moment === undefined ? undefined : new Date(moment)
  // At the end of the year 9999 it may be another year here, which has no name of ten characters.
  if (!date || date.getFullYear() > 9_999) return { day: wall.slice(0, 10), time: wall.slice(11) }
  return { day: dayOf(date), time: timeOf(date) }
}

/** Undefined where the browser does not know the time zone; the server's list may be newer. */
function momentIn(wall: string, zone: string): number | undefined {
  try {
    return momentOf(Date.parse(`${wall}Z`), zone)
  } catch {
    return undefined
  }
}

/** `09:30`, by the clock of the person. */
export const timeOf = (date: Date): string =>
  `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`

// A day is the same day in every time zone, so it is written in one that does not change under the
// page.
const withYear = new Intl.DateTimeFormat(undefined, {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const thisYear = new Intl.DateTimeFormat(undefined, {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
})
const NEAR: Record<string, string> = { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }

/** A day as a person says it. */
export function dayName(day: string, today: string): string {
  const date = new Date(`${day}T00:00Z`)
  const distance = Math.round((date.getTime() - Date.parse(`${today}T00:00Z`)) / 86_400_000)
  return (
    NEAR[distance] ?? (day.slice(0, 4) === today.slice(0, 4) ? thisYear : withYear).format(date)
  )
}
