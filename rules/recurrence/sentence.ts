import { type Recurrence, type Rule, readRule, WEEKDAY_CODES } from './rule.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const UNITS = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }
const WORKDAYS = 'MO,TU,WE,TH,FR'

const and = (words: string[], last = 'and') =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`

/**
 * How a task recurs, as an English sentence without a full stop.
 *
 * @param rule a valid one, see `ruleFault`
 * @example sentenceOf('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO') // 'Every 2 weeks on Monday'
 * @example sentenceOf('FREQ=MONTHLY;BYDAY=-1FR') // 'Every month on the last Friday'
 */
export function sentenceOf(text: string): string {
  const rule = readRule(text)
  const { count, until } = rule
  const end =
    count !== undefined
      ? `, ${count === 1 ? 'once' : `${count} times`}`
      : until
        ? `, until ${dateOf(until)}`
        : ''
  return `${timesOf(rule)}${end}`
}

/** The same of a recurrence, which may count from the completion. */
export const sentenceOfRecurrence = ({ rule, from }: Recurrence): string =>
  `${sentenceOf(rule)}${from === 'completion' ? ', after completion' : ''}`

function timesOf(rule: Rule): string {
  const { frequency, interval, monthDays, months } = rule
  const unit = UNITS[frequency]
  const every = interval === 1 ? `Every ${unit}` : `Every ${interval} ${unit}s`
  const days = weekdaysOf(rule)
  if (/DAILY|WEEKLY/.test(frequency) && days && interval === 1 && rule.places.length === 0)
    return `Every ${days}${inMonths(months, 'in')}`
  if (frequency === 'YEARLY' && isDayOfMonth(rule))
    return `${every} on ${and(monthDays.map(String))} ${and(months.map(monthOf))}`
  const on = [
    ...(days ? [placed(rule, days)] : []),
    ...(monthDays.length > 0 && days ? ['that is'] : []),
  ]
  const dates = monthDays.length > 0 ? [datesOf(rule, days)] : []
  const phrase = [...on, ...dates].join(' ')
  const isWithin = frequency === 'YEARLY' && phrase !== ''
  const within =
    months.length > 0 ? inMonths(months, isWithin ? 'of' : 'in') : isWithin ? yearOf(rule) : ''
  return `${every}${phrase && ` on ${phrase}`}${within}`
}

const monthOf = (month: number) => MONTHS[month - 1] as string
const inMonths = (months: number[], word: string) =>
  months.length > 0 ? ` ${word} ${and(months.map(monthOf))}` : ''
const yearOf = ({ monthDays }: Rule) => (monthDays.length > 0 ? ' of each month' : ' of the year')

/** Whether it is `15 April`. */
const isDayOfMonth = ({ weekdays, monthDays, months, places }: Rule) =>
  monthDays.length > 0 &&
  monthDays.every((day) => day > 0) &&
  months.length === 1 &&
  weekdays.length + places.length === 0

function weekdaysOf({ frequency, weekdays, places }: Rule): string {
  const codes = [...new Set(weekdays.map(({ weekday }) => weekday))].sort(byWeek)
  if (weekdays.every(({ ordinal }) => ordinal === 0) && codes.join() === WORKDAYS) return 'weekday'
  const nameOf = (code: (typeof WEEKDAY_CODES)[number]) =>
    WEEKDAYS[WEEKDAY_CODES.indexOf(code)] as string
  if (frequency === 'DAILY' || frequency === 'WEEKLY' || places.length > 0)
    return and(codes.map(nameOf), places.length > 0 ? 'or' : 'and')
  return and(
    weekdays.map(({ ordinal, weekday }) =>
      ordinal === 0 ? `every ${nameOf(weekday)}` : `the ${nth(ordinal)} ${nameOf(weekday)}`,
    ),
  )
}

const byWeek = (a: (typeof WEEKDAY_CODES)[number], b: (typeof WEEKDAY_CODES)[number]) =>
  WEEKDAY_CODES.indexOf(a) - WEEKDAY_CODES.indexOf(b)

function placed({ frequency, places }: Rule, days: string): string {
  if (places.length > 0) return `the ${and(places.map(nth))} ${days}`
  return days === 'weekday' ? (frequency === 'WEEKLY' ? 'weekdays' : 'every weekday') : days
}

function datesOf({ monthDays, places }: Rule, days: string): string {
  const dates = monthDays.map((day) => (day < 0 ? `${nth(day)} day` : nth(day)))
  const all = `the ${and(dates, places.length > 0 || days ? 'or' : 'and')}`
  return places.length > 0 && !days ? `the ${and(places.map(nth))} of ${all}` : all
}

/** `last`, `2nd to last`, `1st`, `22nd`; the first four as words, where they go with a name. */
function nth(place: number): string {
  if (place === -1) return 'last'
  if (place < 0) return `${nth(-place)} to last`
  const [tens, ones] = [place % 100, place % 10]
  const isTeen = tens > 10 && tens < 14
  return `${place}${isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][ones] ?? 'th')}`
}

const dateOf = (day: string) =>
  `${Number(day.slice(8))} ${monthOf(Number(day.slice(5, 7)))} ${day.slice(0, 4)}`
