import type { Task } from '@docket/sdk'

/** `2026-12-01`, by the clock of the person. */
export function dayOf(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

/** So many days from now. */
export function dayFromToday(days: number): string {
  const day = new Date()
  day.setDate(day.getDate() + days)
  return dayOf(day)
}

export interface Due {
  /** `2026-12-01` */
  day: string
  /** `09:00`; null: some time that day. */
  time: string | null
}

/** When a task is due by the clock of the person: a time with a time zone is a moment, any other is taken as it is written. */
export function dueOf({ due_date, due_time, due_time_zone }: Pick<Task, 'due_date' | 'due_time' | 'due_time_zone'>): Due | undefined {
  if (!due_date) return undefined
  if (!due_time || !due_time_zone) return { day: due_date, time: due_time }
  return here(`${due_date}T${due_time}`, due_time_zone)
}

/** One day, then its times, then some time that day. */
export function compareDue(a: Due | undefined, b: Due | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  return a.day < b.day ? -1 : a.day > b.day ? 1 : (a.time ?? '~') < (b.time ?? '~') ? -1 : (a.time ?? '~') > (b.time ?? '~') ? 1 : 0
}

export function isOverdue({ day, time }: Due, now: Date): boolean {
  const today = dayOf(now)
  return day < today || (day === today && time !== null && time < now.toTimeString().slice(0, 5))
}

const formats = new Map<string, Intl.DateTimeFormat>()
const moments = new Map<string, Due>()

function here(wall: string, zone: string): Due {
  const key = `${wall} ${zone}`
  let due = moments.get(key)
  if (!due) {
    const there = Date.parse(`${wall}Z`)
    if (!isKnown(zone)) return { day: wall.slice(0, 10), time: wall.slice(11) }
    // The offset of a first guess, then that of the moment it leads to.
    const moment = new Date(there - offset(there - offset(there, zone), zone))
    // At the end of the year 9999 it may be another year here, which has no name of ten characters.
    due = moment.getFullYear() > 9_999 ? { day: wall.slice(0, 10), time: wall.slice(11) } : { day: dayOf(moment), time: moment.toTimeString().slice(0, 5) }
    moments.set(key, due)
  }
  return due
}

/** The server's list of time zones may be newer than that of the browser. */
function isKnown(zone: string): boolean {
  try {
    return offset(0, zone) !== undefined
  } catch {
    return false
  }
}

/** Milliseconds that the clocks of a time zone are ahead of UTC. */
function offset(at: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    formats.set(zone, format)
  }
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at
}

const withYear = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const NEAR: Record<string, string> = { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }

/** A day as a person says it. */
export function dayName(day: string, today: string): string {
  const date = new Date(`${day}T00:00`)
  const distance = Math.round((date.getTime() - new Date(`${today}T00:00`).getTime()) / 86_400_000)
  return NEAR[distance] ?? (date.getFullYear() === new Date().getFullYear() ? thisYear : withYear).format(date)
}
