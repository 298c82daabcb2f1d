import { type Now, timePart } from '../date-parts.ts'
import { BLOCKING, monthIn, numberIn, type Token, tokensOf, weekdayIn } from '../date-words.ts'
import { dayOf } from '../day.ts'
import { firstDay } from './first-day.ts'
import { type Recurrence, readRule, WEEKDAY_CODES } from './rule.ts'

/** How a text says that a task recurs, and where its words stand. */
export interface RepeatPhrase {
  recurrence: Recurrence
  /** The first day. */
  day: string
  time: string | null
  start: number
  end: number
}

const UNITS: Record<string, string> = {
  day: 'DAILY',
  week: 'WEEKLY',
  month: 'MONTHLY',
  year: 'YEARLY',
}
/** Words that say it alone. */
const ADVERBS: Record<string, string> = {
  daily: 'FREQ=DAILY',
  weekly: 'FREQ=WEEKLY',
  biweekly: 'FREQ=WEEKLY;INTERVAL=2',
  fortnightly: 'FREQ=WEEKLY;INTERVAL=2',
  monthly: 'FREQ=MONTHLY',
  quarterly: 'FREQ=MONTHLY;INTERVAL=3',
  yearly: 'FREQ=YEARLY',
  annually: 'FREQ=YEARLY',
}
const NAMED: Record<string, string> = {
  weekday: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  workday: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  weekend: 'FREQ=WEEKLY;BYDAY=SA,SU',
  fortnight: 'FREQ=WEEKLY;INTERVAL=2',
  quarter: 'FREQ=MONTHLY;INTERVAL=3',
}
const PARTS_OF_DAY: Record<string, string> = {
  morning: '09:00',
  afternoon: '15:00',
  evening: '19:00',
  night: '21:00',
}
const ORDINALS: Record<string, number> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  last: -1,
}

/** What was read from some token on: the next token, and what it says. */
interface Read {
  until: number
  rule: string
  time?: string
}

/**
 * How a text says that a task recurs, in English: `every monday`, `every 3 days`, `every! 2 weeks`,
 * `every last friday`, `every weekday 7am`, `monthly`. It stands at the end of the text, before its
 * labels, or at the start and before a comma. With `every!` the next date is counted from the
 * completion.
 *
 * @param now the day and time by the person's clock
 * @example
 * repeatPhrase('Standup every mon 9:30', { day: '2026-12-01', time: '15:00' })
 * // { recurrence: { rule: 'FREQ=WEEKLY;BYDAY=MO', ... }, day: '2026-12-07', time: '09:30', ... }
 */
export function repeatPhrase(text: string, now: Now): RepeatPhrase | undefined {
  const tokens = tokensOf(text)
  const isMark = (token: Token | undefined) => token === undefined || /^[#!/+]/.test(token.raw)
  for (const [at, { word, raw }] of tokens.entries()) {
    const isEvery = word === 'every' || word === 'each'
    if (BLOCKING.has(tokens[at - 1]?.word ?? '')) continue
    const read = isEvery
      ? after(tokens, at + 1)
      : at > 0 && Object.hasOwn(ADVERBS, word)
        ? onDay(tokens, at + 1, ADVERBS[word] as string)
        : undefined
    if (!read) continue
    const glue = /^(at|@)$/.test(tokens[read.until]?.word ?? '') ? 1 : 0
    const clock = timePart(tokens, read.until + glue, glue === 1, true)
    const until = clock ? read.until + glue + clock.length : read.until
    const isEnd = tokens.slice(until).every(isMark)
    if (!isEnd && (at > 0 || !/[,:;]$/.test(tokens[until - 1]?.raw ?? ''))) continue
    const time = clock?.time ?? read.time ?? null
    const recurrence: Recurrence = {
      rule: read.rule,
      from: raw.endsWith('!') ? 'completion' : 'due',
      missed: 'skip',
    }
    const day = firstDay(readRule(read.rule), now, time)
    const last = tokens[until - 1] as Token
    if (day) return { recurrence, day, time, start: (tokens[at] as Token).start, end: last.end }
  }
  return undefined
}

/** What is repeated, behind `every`. */
function after(tokens: Token[], at: number): Read | undefined {
  const word = (index: number) => tokens[index]?.word ?? ''
  const singular = (index: number) => word(index).replace(/s$/, '')
  const count =
    word(at) === 'other' ? 2 : /^\d+$|^[a-z]+$/.test(word(at)) ? numberIn(word(at)) : undefined
  const isCounted = count !== undefined && count > 0 && count < 1_000
  const unit = UNITS[singular(isCounted ? at + 1 : at)]
  const interval = isCounted && count > 1 ? `;INTERVAL=${count}` : ''
  if (unit) return onDay(tokens, (isCounted ? at + 1 : at) + 1, `FREQ=${unit}${interval}`)
  if (isCounted) {
    const days = weekdays(tokens, at + 1)
    if (days) return { ...days, rule: `FREQ=WEEKLY${interval};BYDAY=${days.rule}` }
  }
  if (Object.hasOwn(NAMED, singular(at)))
    return { until: at + 1, rule: NAMED[singular(at)] as string }
  const time = PARTS_OF_DAY[word(at)]
  if (time) return { until: at + 1, rule: 'FREQ=DAILY', time }
  const days = weekdays(tokens, at)
  if (days) return { ...days, rule: `FREQ=WEEKLY;BYDAY=${days.rule}` }
  return dateOfYear(tokens, at) ?? dayOfMonth(tokens, at)
}

/** `on monday and friday` behind weeks, `on the 15th` behind months, `on april 15` behind years. */
function onDay(tokens: Token[], at: number, rule: string): Read {
  const on = tokens[at]?.word === 'on' ? at + 1 : at
  const [, frequency] = /^FREQ=(\w+)/.exec(rule) ?? []
  const days = frequency === 'WEEKLY' && on > at ? weekdays(tokens, on) : undefined
  if (days) return { ...days, rule: `${rule};BYDAY=${days.rule}` }
  const date =
    on === at
      ? undefined
      : frequency === 'MONTHLY'
        ? dayOfMonth(tokens, on)
        : frequency === 'YEARLY'
          ? dateOfYear(tokens, on)
          : undefined
  return date ? { ...date, rule: rule + date.rule.replace(/^FREQ=\w+/, '') } : { until: at, rule }
}

/** `mon, wed and fri`: as the value of BYDAY. */
function weekdays(tokens: Token[], at: number): Read | undefined {
  const days: string[] = []
  let until = at
  for (let next = at; ; ) {
    const day = weekdayIn(tokens[next]?.word.replace(/,$/, '').replace(/(?<=day)s$/, ''))
    if (day === undefined) break
    days.push(WEEKDAY_CODES[(day + 6) % 7] as string)
    until = next + 1
    const isJoined = /^(and|&|\+)$/.test(tokens[until]?.word ?? '')
    next = isJoined ? until + 1 : until
    if (!isJoined && !tokens[until - 1]?.raw.endsWith(',')) break
  }
  return days.length > 0 ? { until, rule: [...new Set(days)].join() } : undefined
}

/** `15th`, `the last day`, `first monday of the month`. */
function dayOfMonth(tokens: Token[], first: number): Read | undefined {
  const at = tokens[first]?.word === 'the' ? first + 1 : first
  const word = tokens[at]?.word ?? ''
  const place = ORDINALS[word] ?? Number(/^(\d{1,2})(?:st|nd|rd|th)$/.exec(word)?.[1])
  if (!place || place > 31) return undefined
  const next = tokens[at + 1]?.word ?? ''
  const weekday = weekdayIn(next)
  const isDay = next === 'day'
  const ofMonth = (from: number) => {
    const words = tokens.slice(from, from + 3).map(({ word }) => word)
    return /^of (the|each|every) month/.test(words.join(' ')) ? from + 3 : from
  }
  if (weekday !== undefined && place <= 5)
    return {
      until: ofMonth(at + 2),
      rule: `FREQ=MONTHLY;BYDAY=${place}${WEEKDAY_CODES[(weekday + 6) % 7]}`,
    }
  if (Object.hasOwn(ORDINALS, word) && !isDay) return undefined
  return { until: ofMonth(isDay ? at + 2 : at + 1), rule: `FREQ=MONTHLY;BYMONTHDAY=${place}` }
}

/** `april 15`, `15 april`, `april`. */
function dateOfYear(tokens: Token[], at: number): Read | undefined {
  const date = (index: number) =>
    Number(/^(\d{1,2})(?:st|nd|rd|th)?$/.exec(tokens[index]?.word ?? '')?.[1])
  const month = monthIn(tokens[at]?.word) ?? monthIn(tokens[at + 1]?.word)
  if (month === undefined) return undefined
  const day = monthIn(tokens[at]?.word) === undefined ? date(at) : date(at + 1)
  // In a leap year, so that 29 February is a date.
  if (!day || !dayOf(2_000, month, day)) return undefined
  return { until: at + 2, rule: `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${day}` }
}
