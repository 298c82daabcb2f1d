import fc from 'fast-check'
import ICAL from 'ical.js'
import { beforeAll, expect, test } from 'vitest'
import { validRules } from '../../proofs/requests/valid-rules.ts'
import { datesAfter } from '../../rules/recurrence/dates.ts'
import { type Rule, readRule } from '../../rules/recurrence/rule.ts'
import { effort } from '../../server/testing/effort.ts'
import { install, run, works } from './program.ts'

// What two implementations of RFC 5545 that are not ours make of the same rules.

const COUNT = effort({ usual: 2_000, long: 20_000 })
/** The same rules each time: new ones may find a fault of the others that is not named below. */
const SEED = 20_261_201
/** Dates that are compared of each rule. */
const DATES = 6

const starts = fc.oneof(
  fc.constantFrom('2024-02-29', '2026-01-31', '2027-12-31', '2028-02-29', '2025-10-31'),
  fc
    .date({ min: new Date('2020-01-01'), max: new Date('2040-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
)

interface Case {
  rule: string
  start: string
  /** What dateutil says: the days of the rule from the first on, which is where it begins. */
  dates: string[]
}

/**
 * Reads rules and days, and prints the days of each rule. The day from which a rule is counted is
 * one that it names: what else would be its first is not said by RFC 5545.
 */
const PROGRAM = `
import json, sys
from datetime import datetime
from itertools import islice
from dateutil.rrule import rrulestr
def capped(rule, start, last):
    # Without an end it looks up to the year 9999 for a day that never comes.
    return rrulestr(rule, dtstart=start).replace(until=last)

for line in sys.stdin:
    rule, start = json.loads(line)
    start = datetime.fromisoformat(start)
    parts = dict(part.split('=') for part in rule.split(';'))
    count = int(parts.pop('COUNT', '99'))
    until = parts.pop('UNTIL', None)
    endless = ';'.join('='.join(part) for part in parts.items())
    first = next(iter(capped(endless, start, datetime(start.year + 40, 12, 31))), None)
    if first is None:
        print('[]')
        continue
    last = datetime(first.year + 250, 12, 31)
    if until:
        last = min(last, datetime.strptime(until, '%Y%m%d'))
    dates = []
    for date in islice(capped(endless, first, last), min(count, ${DATES + 1})):
        # Forty years without one end a series.
        if dates and date.year > dates[-1].year + 40:
            break
        dates.append(date)
    print(json.dumps([first.date().isoformat()] + [d.date().isoformat() for d in dates[1:]]))
`

let cases: Case[]
beforeAll(async () => {
  if (!works('python3', '-c', 'import dateutil')) install('python3-dateutil')
  const asked = fc.sample(fc.tuple(validRules, starts), { numRuns: COUNT, seed: SEED })
  const printed = await run(
    'python3',
    ['-c', PROGRAM],
    {},
    asked.map((each) => JSON.stringify(each)).join('\n'),
  )
  cases = printed
    .trim()
    .split('\n')
    .map((line, index): Case => {
      const dates: string[] = JSON.parse(line)
      return { rule: asked[index]?.[0] ?? '', start: dates[0] ?? '', dates: dates.slice(1) }
    })
    .filter(({ start }) => start !== '')
}, 600_000)

const isMixed = ({ weekdays }: Rule) =>
  weekdays.some(({ ordinal }) => ordinal === 0) && weekdays.some(({ ordinal }) => ordinal !== 0)

/** Where dateutil 2.9 differs from RFC 5545. */
const DATEUTIL: ((rule: Rule) => boolean)[] = [
  // Of `BYDAY=FR,1MO` it takes only days that both kinds name; RFC 5545 takes all that one names.
  isMixed,
  // It leaves out a week where the first date is the last day of a week.
  ({ frequency, places }) => frequency === 'WEEKLY' && places.length > 0,
]

/** Where ical.js 2.2.1 differs from RFC 5545. */
const ICAL_JS: ((rule: Rule, start: string) => boolean)[] = [
  // 29 February becomes 1 March in other years, and the 31st the 1st of the next month.
  ({ frequency, weekdays, monthDays }, start) =>
    /YEARLY|MONTHLY/.test(frequency) &&
    weekdays.length + monthDays.length === 0 &&
    Number(start.slice(8)) > 28,
  // Of a yearly rule without BYMONTH it takes the days of one month only; a day that a month does
  // not have is one of the next.
  ({ frequency, monthDays, months }) =>
    frequency === 'YEARLY' &&
    monthDays.length > 0 &&
    (months.length === 0 || monthDays.some((day) => day < 0 || day > 28)),
  ({ frequency, weekdays }) => frequency === 'YEARLY' && weekdays.length > 0,
  ({ places }) => places.length > 0,
  // Of several months of a monthly rule, it takes those of one year again and again.
  ({ frequency, months }) => frequency === 'MONTHLY' && months.length > 0,
  // It throws at `BYDAY=FR,1MO;BYMONTHDAY=13`.
  ({ weekdays, monthDays }) => weekdays.length > 0 && monthDays.length > 0,
]

test(`dateutil finds the same dates for ${COUNT} rules`, () => {
  expect(cases.length).toBeGreaterThan(COUNT * 0.9)
  const others = cases.flatMap(({ rule, start, dates }) => {
    const ours = datesAfter(rule, start, start, DATES)
    if (DATEUTIL.some((differs) => differs(readRule(rule)))) return []
    return ours.join() === dates.join() ? [] : [{ rule, start, ours, dates }]
  })
  expect(others).toEqual([])
})

test('ical.js finds the same dates but for faults that are known', () => {
  const others = cases.flatMap(({ rule, start }) => {
    const ours = datesAfter(rule, start, start, DATES)
    if (ICAL_JS.some((differs) => differs(readRule(rule), start))) return []
    const theirs = byIcal(rule, start)
    return theirs.join() === ours.join() ? [] : [{ rule, start, theirs, ours }]
  })
  expect(others).toEqual([])
})

function byIcal(rule: string, start: string): string[] {
  const { count = Number.POSITIVE_INFINITY, until } = readRule(rule)
  const parts = rule.split(';').filter((part) => !/^(COUNT|UNTIL)=/.test(part))
  // Without an end it looks for ever for a day that never comes.
  const last = `${Number(start.slice(0, 4)) + 250}-12-31`
  const end = until !== undefined && until < last ? until : last
  const iterator = ICAL.Recur.fromString(
    `${parts.join(';')};UNTIL=${end.replaceAll('-', '')}`,
  ).iterator(ICAL.Time.fromDateString(start))
  const dates: string[] = []
  for (let next = iterator.next(); next && dates.length < DATES; next = iterator.next()) {
    const date = next.toString().slice(0, 10)
    const isTooLate = Number(date.slice(0, 4)) > Number((dates.at(-1) ?? start).slice(0, 4)) + 40
    if (dates.length + 1 >= count || isTooLate) break
    if (date > start) dates.push(date)
  }
  return dates
}
