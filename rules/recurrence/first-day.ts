import type { Now } from '../date-parts.ts'
import { addDays, weekdayOf } from '../day.ts'
import { type Rule, WEEKDAY_CODES } from './rule.ts'

/** Days in which a rule of these kinds has a date: 29 February comes after eight years at most. */
const HORIZON = 9 * 366

/** The first day that a rule names, today included unless the time has passed. */
export function firstDay(
  rule: Rule,
  { day: today, time: now }: Now,
  time: string | null,
): string | undefined {
  const from = time !== null && time <= now ? addDays(today, 1) : today
  for (let ahead = 0, day = from; ahead < HORIZON; ahead += 1, day = addDays(day, 1))
    if (isNamed(rule, day)) return day
  return undefined
}

function isNamed({ weekdays, monthDays, months }: Rule, day: string): boolean {
  const [, month = 0, date = 0] = day.split('-').map(Number)
  const next = Number(addDays(day, 1).slice(8))
  const code = WEEKDAY_CODES[(weekdayOf(day) + 6) % 7]
  const isLastOfKind = Number(addDays(day, 7).slice(5, 7)) !== month
  return (
    (months.length === 0 || months.includes(month)) &&
    (monthDays.length === 0 ||
      monthDays.includes(date) ||
      (monthDays.includes(-1) && next === 1)) &&
    (weekdays.length === 0 ||
      weekdays.some(
        ({ ordinal, weekday }) =>
          weekday === code &&
          (ordinal === 0 ||
            (ordinal > 0 ? Math.ceil(date / 7) === ordinal : ordinal === -1 && isLastOfKind)),
      ))
  )
}
