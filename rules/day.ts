const DAY = 86_400_000

/** The moment at which a day begins in UTC, in milliseconds since 1970. */
const startOf = (day: string) => Date.parse(`${day}T00:00Z`)
const dayAt = (moment: number) => new Date(moment).toISOString().slice(0, 10)

/**
 * The day so many days later.
 *
 * @param day `2026-12-01`
 * @example addDays('2026-12-31', 1) // '2027-01-01'
 */
export const addDays = (day: string, count: number): string => dayAt(startOf(day) + count * DAY)

/** How many days it is from one day to another. */
export const daysBetween = (from: string, to: string): number => (startOf(to) - startOf(from)) / DAY

/** 0 for Sunday to 6 for Saturday. */
export const weekdayOf = (day: string): number => new Date(startOf(day)).getUTCDay()

/**
 * The day of a year, month (from 1) and date; undefined where the calendar has no such day, or the
 * contract no such year.
 *
 * @example dayOf(2027, 2, 29) // undefined
 */
export function dayOf(year: number, month: number, date: number): string | undefined {
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}`
  return year >= 1_000 &&
    year <= 9_999 &&
    !Number.isNaN(startOf(day)) &&
    dayAt(startOf(day)) === day
    ? day
    : undefined
}
