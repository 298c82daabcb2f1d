import { RRuleTemporal } from 'rrule-temporal'
import { type Recurrence, readRule, withCount } from './rule.ts'

/** When a task is due next, and the rule that is left then. */
export interface NextOccurrence {
  due_date: string
  rule: string
}

/** Years without a day after which a rule is taken for one that never happens. */
const HORIZON = 40
/** The last day that a due date can be. */
const LAST_DAY = '9999-12-31'

const compact = (day: string) => day.replaceAll('-', '')

/**
 * The next days of a rule after a day, oldest first. There are fewer where the rule ends, or where
 * forty years go by without one. The first time that a task is due is `start`, also where the rule
 * does not name that day.
 *
 * @param rule a valid one, see `ruleFault`
 * @param start the day from which intervals and `COUNT` are counted
 * @param after not before `start`
 * @param most how many days
 * @example datesAfter('FREQ=MONTHLY;BYMONTHDAY=31', '2026-01-31', '2026-01-31', 2)
 * // ['2026-03-31', '2026-05-31']
 */
export function datesAfter(rule: string, start: string, after: string, most: number): string[] {
  const dates: string[] = []
  for (const { date } of counted(rule, start, after)) if (dates.push(date) >= most) break
  return dates
}

/** The days of a rule after a day, each with its place in the rule, where that has a `COUNT`. */
function* counted(
  rule: string,
  start: string,
  after: string,
): Generator<{ date: string; place: number }> {
  const { count } = readRule(rule)
  let place = 1
  for (const date of walk(rule, start, count === undefined ? after : start)) {
    place += 1
    if (count !== undefined && place > count) return
    if (date > after) yield { date, place }
  }
}

/** The days of a rule after a day, without regard to `COUNT`. */
function* walk(rule: string, start: string, after: string): Generator<string> {
  const { until = LAST_DAY } = readRule(rule)
  const parts = rule.split(';').filter((part) => !/^(COUNT|UNTIL)=/.test(part))
  let last = after
  for (;;) {
    // An end, because the library looks through thousands of periods for a day that never comes.
    const horizon = `${Number(last.slice(0, 4)) + HORIZON}-12-31`
    const end = [horizon, until, LAST_DAY].filter((day) => day.length === 10).sort()[0] as string
    const rrule = new RRuleTemporal({
      rruleString:
        `DTSTART:${compact(start)}T000000Z\n` +
        `RRULE:${parts.join(';')};UNTIL=${compact(end)}T000000Z`,
      cache: false,
    })
    const before = last
    for (;;) {
      const next = rrule
        .next(new Date(`${last}T00:00Z`))
        ?.toString()
        .slice(0, 10)
      if (next === undefined) break
      yield next
      last = next
    }
    if (last === before) return
  }
}

/**
 * When a task that is completed is due again; undefined where its rule has ended.
 *
 * @param due the day on which it was due
 * @param completedOn the day on which it was completed, by the clock of its person
 * @example
 * nextOccurrence({ rule: 'FREQ=WEEKLY', from: 'due', missed: 'skip' }, '2026-12-07', '2026-12-16')
 * // { due_date: '2026-12-21', rule: 'FREQ=WEEKLY' }
 */
export function nextOccurrence(
  { rule, from, missed }: Recurrence,
  due: string,
  completedOn: string,
): NextOccurrence | undefined {
  const start = from === 'completion' ? completedOn : due
  const after = from === 'due' && missed === 'skip' && completedOn > due ? completedOn : start
  for (const { date, place } of counted(rule, start, after)) {
    const { count } = readRule(rule)
    // The first of the times that are left is this date.
    return { due_date: date, rule: count === undefined ? rule : withCount(rule, count - place + 1) }
  }
  return undefined
}
