import {
  AMBIGUOUS_WEEKDAYS,
  monthIn,
  numberIn,
  RELATIVE,
  TIMES,
  type Token,
  weekdayIn,
} from './date-words.ts'
import { addDays, dayOf, weekdayOf } from './day.ts'

/** The person's clock. */
export interface Now {
  day: string
  time: string
}

/** Part of a phrase: how many tokens it has, and what it says. */
export interface Part {
  length: number
  day?: string
  time?: string
  /** Whether it means a date wherever it stands; `friday` alone does not, in `Friday prayers`. */
  isClear?: boolean
  /**
   * Whether this is a day of the week without `this`, `next` or `last`. If its time has already
   * passed today, the day one week later is meant.
   */
  isNextTime?: boolean
  /** Whether these words mean something else more often: `sun`, `sat`, `14:30` alone. */
  isDoubtful?: boolean
  /** Of a day: the part of it that was named. */
  partOfDay?: string
  /** Of a time: whether it was said with am or pm, or by the 24 hours. */
  isExact?: boolean
  /** Of a time in the night: whether it is after midnight. */
  isNextDay?: boolean
}

const MINUTE = 60_000
export const two = (number: number) => String(number).padStart(2, '0')

/** Adds months to a day. If the month is too short, uses its last day. */
function addMonths(day: string, count: number): string | undefined {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const months = year * 12 + month - 1 + count
  const [toYear, toMonth] = [Math.floor(months / 12), (months % 12) + 1]
  for (let last = date; last > 27; last -= 1) {
    const found = dayOf(toYear, toMonth, last)
    if (found) return found
  }
  return dayOf(toYear, toMonth, date)
}

/** The next day of this date, today included; 29 February may be years away. */
function nextDate(today: string, month: number, date: number): string | undefined {
  const year = Number(today.slice(0, 4))
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const day = dayOf(year + ahead, month, date)
    if (day && day >= today) return day
  }
  return undefined
}

/** The day that is said from here on. */
export function dayPart(tokens: Token[], at: number, now: Now): Part | undefined {
  const [word, second, third] = [0, 1, 2].map((ahead) => tokens[at + ahead]?.word ?? '') as [
    string,
    string,
    string,
  ]
  const relative = RELATIVE.get(word)
  if (word === 'tonight')
    return { length: 1, day: now.day, time: '20:00', partOfDay: 'night', isClear: true }
  if (relative !== undefined)
    return withTime(tokens, { length: 1, day: addDays(now.day, relative), isClear: true }, at + 1)
  if (word === 'this' && TIMES.has(second))
    return withTime(tokens, { length: 1, day: now.day, isClear: true }, at + 1)
  if (/^(this|next|last|coming)$/.test(word)) return calledPart(tokens, at, word, second, now)
  if (word === 'day' && second === 'after' && third === 'tomorrow')
    return withTime(tokens, { length: 3, day: addDays(now.day, 2), isClear: true }, at + 3)
  const weekday = weekdayIn(word)
  if (weekday !== undefined) {
    // `Fri 11 Dec` is that day, whatever weekday it is.
    const date = datePart(tokens, at + 1, now)
    if (date) return lengthened(date, 1)
    const day = addDays(now.day, (weekday - weekdayOf(now.day) + 7) % 7)
    return withTime(
      tokens,
      { length: 1, day, isNextTime: true, isDoubtful: AMBIGUOUS_WEEKDAYS.includes(word) },
      at + 1,
    )
  }
  if (word === 'in') return fromNow(second, third, now)
  const count = numberIn(word)
  if (
    count !== undefined &&
    /^(days?|weeks?|months?|years?)$/.test(second) &&
    third === 'from' &&
    /^(now|today)$/.test(tokens[at + 3]?.word ?? '')
  )
    return lengthened(fromNow(word, second, now), 1)
  return datePart(tokens, at, now)
}

const lengthened = (part: Part | undefined, more: number): Part | undefined =>
  part && { ...part, length: part.length + more }

/** `friday morning`. */
function withTime(tokens: Token[], part: Part, at: number): Part {
  const partOfDay = tokens[at]?.word ?? ''
  const time = TIMES.get(partOfDay)
  return time ? { ...part, length: part.length + 1, time, partOfDay } : part
}

/** This, next and last: a week begins on Monday. */
function calledPart(
  tokens: Token[],
  at: number,
  called: string,
  what: string,
  now: Now,
): Part | undefined {
  const monday = addDays(now.day, -((weekdayOf(now.day) + 6) % 7))
  const weekday = weekdayIn(what)
  if (weekday !== undefined) {
    const ahead = (weekday - weekdayOf(now.day) + 7) % 7
    const last = addDays(now.day, ahead === 0 ? -7 : ahead - 7)
    const day =
      called === 'next'
        ? addDays(monday, 7 + ((weekday + 6) % 7))
        : called === 'last'
          ? last
          : addDays(now.day, ahead)
    return withTime(tokens, { length: 2, day, isClear: true }, at + 2)
  }
  if (what === 'weekend' && called !== 'last') {
    const saturday = weekdayOf(now.day) === 0 ? now.day : addDays(monday, 5)
    const day = called === 'next' ? addDays(monday, 12) : saturday
    return { length: 2, day, isClear: true }
  }
  if (called !== 'next') return undefined
  if (what === 'week') return { length: 2, day: addDays(monday, 7), isClear: true }
  const day = what === 'month' ? addMonths(`${now.day.slice(0, 7)}-01`, 1) : undefined
  return day ? { length: 2, day, isClear: true } : undefined
}

/** `in two weeks`, `in 90 minutes`. */
function fromNow(amount: string, unit: string, now: Now): Part | undefined {
  const count = numberIn(amount)
  if (count === undefined) return undefined
  const what = unit.replace(/s$/, '')
  const [days, months, minutes] = [DAYS.get(what), MONTHS_IN.get(what), MINUTES.get(what)]
  if (days) return { length: 3, day: addDays(now.day, count * days), isClear: true }
  if (months) {
    const day = addMonths(now.day, count * months)
    return day ? { length: 3, day, isClear: true } : undefined
  }
  // "In a minute" is an idiom, not a time.
  if (!minutes || (minutes === 1 && !/^\d/.test(amount))) return undefined
  const moment = new Date(
    Date.parse(`${now.day}T${now.time}Z`) + count * minutes * MINUTE,
  ).toISOString()
  return { length: 3, day: moment.slice(0, 10), time: moment.slice(11, 16), isClear: true }
}

const DAYS = new Map(Object.entries({ day: 1, week: 7, fortnight: 14 }))
const MONTHS_IN = new Map(Object.entries({ month: 1, year: 12 }))
const MINUTES = new Map(Object.entries({ minute: 1, min: 1, hour: 60, hr: 60 }))

/**
 * `30 nov`, `november 30th, 2027`, `2026-12-01`, `15.12.`; a date with a year that has passed is
 * what the task is about.
 */
function datePart(tokens: Token[], at: number, now: Now): Part | undefined {
  const token = tokens[at]
  if (!token?.word) return undefined
  const [word, second, third] = [0, 1, 2].map((ahead) => tokens[at + ahead]?.word ?? '') as [
    string,
    string,
    string,
  ]
  const of = (length: number, day: string | undefined): Part | undefined =>
    day && day >= now.day ? { length, day } : undefined
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(word)
  if (iso) return of(1, dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3])))
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/.exec(token.raw.replace(/[,;:!?]+$/, ''))
  if (dotted) return of(1, dated(Number(dotted[2]), Number(dotted[1]), dotted[3], now))
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(word)
  if (slashed) {
    const [first, then] = [Number(slashed[1]), Number(slashed[2])]
    // Day and month can be told apart only if one of the numbers cannot be a month.
    if (first <= 12 && then <= 12 && first !== then) return undefined
    return of(
      1,
      first > 12 ? dated(then, first, slashed[3], now) : dated(first, then, slashed[3], now),
    )
  }
  const dateIn = (text: string) => Number(/^(\d{1,2})(st|nd|rd|th)?$/.exec(text)?.[1] ?? 0)
  const yearIn = (text: string) => (/^[12]\d{3}$/.test(text) ? text : undefined)
  if (dateIn(word) > 0 && !/[,;:!?]$/.test(token.raw)) {
    const skip = second === 'of' ? 1 : 0
    const month = monthIn(tokens[at + 1 + skip]?.word)
    const year = yearIn(tokens[at + 2 + skip]?.word ?? '')
    if (month) return of((year ? 3 : 2) + skip, dated(month, dateIn(word), year, now))
  }
  const month = monthIn(word)
  if (month && dateIn(second) > 0) {
    const year = yearIn(third)
    return of(year ? 3 : 2, dated(month, dateIn(second), year, now))
  }
  const before = tokens[at - 1]?.word
  if (
    word === 'the' &&
    /^(on|by|due)$/.test(before ?? '') &&
    /^\d{1,2}(st|nd|rd|th)$/.test(second) &&
    monthIn(third) === undefined &&
    third !== 'of'
  ) {
    for (let ahead = 0; ahead < 3; ahead += 1) {
      const first =
        addMonths(`${now.day.slice(0, 7)}-01`, ahead)
          ?.slice(0, 7)
          .split('-')
          .map(Number) ?? []
      const day = dayOf(first[0] ?? 0, first[1] ?? 0, dateIn(second))
      if (day && day >= now.day) return { length: 2, day }
    }
  }
  return undefined
}

const dated = (month: number, date: number, year: string | undefined, now: Now) =>
  year ? dayOf(Number(year), month, date) : nextDate(now.day, month, date)

/** The time that is said from here on. */
export function timePart(
  tokens: Token[],
  at: number,
  isAt: boolean,
  isAfterDay: boolean,
): Part | undefined {
  const [word, second] = [0, 1].map((ahead) => tokens[at + ahead]?.word ?? '') as [string, string]
  if (word === 'noon') return { length: 1, time: '12:00', isExact: true }
  const half = /^(am|pm|a\.m|p\.m|a\.m\.|p\.m\.)$/.test(second) ? second : ''
  const [, hours, past, pastHour, ending = ''] =
    /^(\d{1,2})(?:[:.](\d\d)|h(\d\d)?)?(am|pm|a\.m|p\.m)?$/.exec(word) ?? []
  if (hours === undefined) return undefined
  const minutes = past ?? pastHour ?? '00'
  const length = !ending && half ? 2 : 1
  const isHalf = ending || half
  const hour = Number(hours)
  if (Number(minutes) > 59) return undefined
  if (isHalf) {
    if (hour < 1 || hour > 12) return undefined
    return {
      length,
      time: `${two((hour % 12) + (isHalf.startsWith('p') ? 12 : 0))}:${minutes}`,
      isExact: true,
    }
  }
  if (hour > 23) return undefined
  if (/^\d{1,2}h/.test(word))
    return isAt || isAfterDay
      ? { length, time: `${two(hour)}:${minutes}`, isExact: true }
      : undefined
  const clock = /^\d{1,2}:\d\d$/.test(word)
  const shown = `${likely(hour).slice(0, 2)}:${minutes}`
  if (second === "o'clock") return { length: 2, time: likely(hour) }
  if (!clock && !(isAt && /^\d{1,2}$/.test(word))) return undefined
  const isExact = hour > 12 || /^0\d/.test(word)
  if (clock && (isAt || isAfterDay))
    return { length, time: isExact ? `${two(hour)}:${minutes}` : shown, isExact }
  // A number behind "at" may be that of a house.
  if (!clock) return { length, time: likely(hour), isDoubtful: !isAfterDay, isExact }
  return /^\d\d:/.test(word)
    ? { length, time: `${two(hour)}:${minutes}`, isDoubtful: true }
    : undefined
}

/** "At 3" is in the afternoon, "at 9" in the morning. */
const likely = (hour: number) => `${two(hour >= 1 && hour <= 6 ? hour + 12 : hour)}:00`
