import fc from 'fast-check'
import { ruleFault, WEEKDAY_CODES } from '../../rules/recurrence/rule.ts'

const list = <T>(values: fc.Arbitrary<T>, most: number) =>
  fc
    .uniqueArray(values, { minLength: 1, maxLength: most })
    .map((chosen) => chosen.map(String).join())
const signed = (most: number) =>
  fc.tuple(fc.boolean(), fc.integer({ min: 1, max: most })).map(([isLast, n]) => (isLast ? -n : n))
const weekday = fc.constantFrom(...WEEKDAY_CODES)

const parts = {
  INTERVAL: fc.integer({ min: 1, max: 13 }),
  BYMONTH: list(fc.integer({ min: 1, max: 12 }), 4),
  BYMONTHDAY: list(signed(31), 4),
  BYDAY: list(
    fc
      .tuple(fc.oneof({ weight: 2, arbitrary: fc.constant('') }, signed(5)), weekday)
      .map(([ordinal, code]) => `${ordinal}${code}`),
    5,
  ),
  BYSETPOS: list(signed(4), 2),
  WKST: weekday,
  COUNT: fc.integer({ min: 1, max: 40 }),
  UNTIL: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10).replaceAll('-', '')),
}
/** A rule of many parts seldom names a day. */
const MOST_PARTS = 3

/** Valid rules of recurrence of every kind. */
export const validRules: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    fc.subarray(Object.keys(parts) as (keyof typeof parts)[], { maxLength: MOST_PARTS }),
    fc.record(parts),
  )
  .map(([frequency, names, values]) =>
    [`FREQ=${frequency}`, ...names.map((name) => `${name}=${values[name]}`)].join(';'),
  )
  .filter((rule) => ruleFault(rule) === undefined)
