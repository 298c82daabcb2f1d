/** How a task recurs, as the contract has it. */
export interface Recurrence {
  rule: string
  /** Whether the next date is counted from the date it was due, or was completed. */
  from: 'due' | 'completion'
  /** What becomes of dates that have passed when a task is completed late. */
  missed: 'skip' | 'keep'
}

/**
 * A rule by which a task recurs, in the form of RFC 5545, 3.3.10. Of that, the parts that go by
 * days: `FREQ` of DAILY, WEEKLY, MONTHLY and YEARLY, `INTERVAL`, `BYDAY`, `BYMONTHDAY`, `BYMONTH`,
 * `BYSETPOS`, `WKST`, and `COUNT` or `UNTIL`.
 */
export interface Rule {
  frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  /** The ordinal is 0 for each such weekday, and counts from the end where it is negative. */
  weekdays: { ordinal: number; weekday: Weekday }[]
  /** Days of the month, -1 for the last. */
  monthDays: number[]
  /** From 1 for January. */
  months: number[]
  /** Which of the dates of a month or a year, -1 for the last; none: all. */
  places: number[]
  /** How many times the task is due, this time included. */
  count: number | undefined
  /** The last day on which it may be due, such as `2026-12-31`. */
  until: string | undefined
}

export const WEEKDAY_CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
type Weekday = (typeof WEEKDAY_CODES)[number]

const numbers = (text: string | undefined): number[] => text?.split(',').map(Number) ?? []

const partsOf = (rule: string) =>
  rule.split(';').map((part) => part.split('=') as [name: string, value: string])

/**
 * Reads a rule.
 *
 * @param rule a valid one, see `ruleFault`
 * @example readRule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO').interval // 2
 */
export function readRule(rule: string): Rule {
  const parts = new Map(partsOf(rule))
  const until = parts.get('UNTIL')
  const count = parts.get('COUNT')
  return {
    frequency: parts.get('FREQ') as Rule['frequency'],
    interval: Number(parts.get('INTERVAL') ?? 1),
    weekdays: (parts.get('BYDAY')?.split(',') ?? []).map((each) => ({
      ordinal: Number(each.slice(0, -2)),
      weekday: each.slice(-2) as Weekday,
    })),
    monthDays: numbers(parts.get('BYMONTHDAY')),
    months: numbers(parts.get('BYMONTH')),
    places: numbers(parts.get('BYSETPOS')),
    count: count === undefined ? undefined : Number(count),
    until: until?.replace(/(....)(..)(..)/, '$1-$2-$3'),
  }
}

/** The form of each part that can stand behind `FREQ`; a list has at most as many values as fit. */
const PARTS: Record<string, { form: RegExp; most?: number }> = {
  INTERVAL: { form: /^[1-9]\d{0,2}$/ },
  BYDAY: { form: /^([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)$/, most: 14 },
  BYMONTHDAY: { form: /^[+-]?([1-9]|[12]\d|3[01])$/, most: 31 },
  BYMONTH: { form: /^([1-9]|1[0-2])$/, most: 12 },
  BYSETPOS: { form: /^[+-]?[1-9]\d{0,2}$/, most: 7 },
  WKST: { form: /^(MO|TU|WE|TH|FR|SA|SU)$/ },
  COUNT: { form: /^[1-9]\d{0,2}$/ },
  UNTIL: { form: /^[1-9]\d{7}$/ },
}
/** Most times that a month has a weekday. */
const MOST_OF_MONTH = 5
/** About ten years. */
const MOST_INTERVALS = { DAILY: 999, WEEKLY: 520, MONTHLY: 120, YEARLY: 10 }
/** Days of a year. */
const MOST_PLACES = 366

/**
 * Why a text is no rule, as a sentence about it; undefined where it is one (RFC 5545, 3.3.10).
 *
 * @example ruleFault('FREQ=WEEKLY;BYMONTHDAY=1') // 'Has BYMONTHDAY, ...'
 */
export function ruleFault(text: string): string | undefined {
  const [first, ...parts] = partsOf(text)
  if (!/^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(first?.join('=') ?? ''))
    return 'Must begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.'
  for (const [at, [name, value = '']] of parts.entries()) {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined
    if (!part) return `Has ${name.slice(0, 20)}, which is no part of a rule here.`
    if (parts.findIndex(([other]) => other === name) < at) return `Has ${name} twice.`
    const values = value.split(',')
    if (values.length > (part.most ?? 1) || !values.every((each) => part.form.test(each)))
      return `${name} does not have the form of RFC 5545.`
  }
  return partsFault(readRule(text))
}

/** What the parts of a rule mean together. */
function partsFault(rule: Rule): string | undefined {
  const { frequency, weekdays, monthDays, months, places, count, until } = rule
  if (count !== undefined && until !== undefined) return 'Has both COUNT and UNTIL.'
  if (until !== undefined && !isDay(until)) return 'Has an UNTIL that is no day of the calendar.'
  if (monthDays.length > 0 && (frequency === 'DAILY' || frequency === 'WEEKLY'))
    return 'Has BYMONTHDAY, which only monthly and yearly rules can have.'
  const ordinals = weekdays.map(({ ordinal }) => Math.abs(ordinal)).filter(Boolean)
  if (ordinals.length > 0 && (frequency === 'DAILY' || frequency === 'WEEKLY'))
    return 'Has an ordinal in BYDAY, which only monthly and yearly rules can have.'
  if (ordinals.length > 0 && frequency === 'YEARLY' && months.length === 0)
    return 'Has an ordinal in BYDAY, for which a yearly rule needs BYMONTH.'
  if (ordinals.some((ordinal) => ordinal > MOST_OF_MONTH))
    return `Has an ordinal in BYDAY that is above ${MOST_OF_MONTH}.`
  if (rule.interval > MOST_INTERVALS[frequency])
    return `Has an INTERVAL above ${MOST_INTERVALS[frequency]}.`
  if (places.some((place) => Math.abs(place) > MOST_PLACES))
    return `Has a BYSETPOS that is above ${MOST_PLACES}.`
  if (places.length > 0 && frequency === 'DAILY')
    return 'Has BYSETPOS, which a daily rule cannot have.'
  if (places.length > 0 && weekdays.length + monthDays.length + months.length === 0)
    return 'Has BYSETPOS, which needs BYDAY, BYMONTHDAY or BYMONTH.'
  if (!namesDay(rule) || !places.every((place) => Math.abs(place) <= mostDates(rule)))
    return 'Never names a day.'
  return undefined
}

const isSet = (values: unknown[]) => values.length > 0
const ALL_MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether a month has a day of the rule: February has no 30th. */
const namesDay = ({ monthDays, months }: Rule) =>
  !isSet(monthDays) ||
  (isSet(months) ? months : ALL_MONTHS).some((month) =>
    monthDays.some((day) => Math.abs(day) <= (DAYS_OF_MONTHS[month - 1] ?? 0)),
  )

/** The most dates that a week, a month or a year can have, of which `BYSETPOS` chooses. */
function mostDates({ frequency, weekdays: all, monthDays, months }: Rule): number {
  const keyOf = ({ ordinal, weekday }: Rule['weekdays'][0]) => `${ordinal}${weekday}`
  const weekdays = all.filter(
    (each, at) => all.findIndex((one) => keyOf(one) === keyOf(each)) === at,
  )
  if (frequency === 'WEEKLY') return weekdays.length || 1
  const monthsOfPeriod = frequency === 'MONTHLY' ? 1 : months.length || ALL_MONTHS.length
  const ofMonth = isSet(monthDays)
    ? new Set(monthDays).size
    : weekdays.reduce((sum, { ordinal }) => sum + (ordinal === 0 ? MOST_OF_MONTH : 1), 0) || 1
  return ofMonth * monthsOfPeriod
}

function isDay(day: string): boolean {
  const moment = Date.parse(`${day}T00:00Z`)
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(day)
}

/** The same rule with another number of times; see `Rule.count`. */
export const withCount = (rule: string, count: number): string =>
  rule.replace(/(?<=(^|;)COUNT=)\d+/, String(count))
