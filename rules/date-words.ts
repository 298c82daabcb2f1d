export interface Token {
  /**
   * In lower case, without the punctuation behind it; blank where it can be no part of a date:
   * inside quotes, say.
   */
  word: string
  raw: string
  start: number
  end: number
}

/**
 * Words between spaces. Those in quotes, and what stands in backticks, are nothing that a date is
 * made of.
 */
export function tokensOf(text: string): Token[] {
  const quoted = [
    ...text.matchAll(
      /"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|(?<=^|\s)['‘][^'’]*['’](?=\s|$)/g,
    ),
  ].map(({ 0: { length }, index }) => [index, index + length] as const)
  return [...text.matchAll(/\S+/g)].map(({ 0: raw, index: start }) => {
    const end = start + raw.length
    const isQuoted = quoted.some(([from, to]) => start < to && end > from)
    return {
      raw,
      start,
      end,
      word: isQuoted
        ? ''
        : raw
            .toLowerCase()
            .replaceAll('’', "'")
            .replace(/(?<=[a-z\d.])[,;:!?.]+$/, ''),
    }
  })
}

export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
]
const SHORT_WEEKDAYS = new Map(
  Object.entries({
    sun: 0,
    mon: 1,
    tue: 2,
    tues: 2,
    wed: 3,
    weds: 3,
    thu: 4,
    thur: 4,
    thurs: 4,
    fri: 5,
    sat: 6,
  }),
)
/** Short weekdays that are words of their own. */
export const AMBIGUOUS_WEEKDAYS = ['sun', 'mon', 'wed', 'sat']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** Parts of a day, and the time that each stands for alone. */
export const TIMES = new Map(
  Object.entries({
    morning: '09:00',
    noon: '12:00',
    lunchtime: '12:00',
    afternoon: '15:00',
    evening: '19:00',
    night: '21:00',
  }),
)
const NUMBERS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
/** Days from today. */
export const RELATIVE = new Map(
  Object.entries({ today: 0, tod: 0, tomorrow: 1, tmr: 1, tmrw: 1, yesterday: -1 }),
)
/** After these a date belongs to the words before it: the book of Friday, since Monday. */
export const BLOCKING = new Set(
  `the a an my our your his her their its this that these those of from since after before until
  till about than vs and or & to through thru between like all not no is it's was be are were
  isn't than first second third fourth fifth other once twice times chapter page room version
  volume season episode flat gate platform size psalm`.split(/\s+/),
)

export function weekdayIn(word = ''): number | undefined {
  const at = WEEKDAYS.indexOf(word)
  return at >= 0 ? at : SHORT_WEEKDAYS.get(word)
}

export function monthIn(word = ''): number | undefined {
  const at = MONTHS.findIndex(
    (month) =>
      month === word ||
      (word === month.slice(0, 3) && word !== '') ||
      (word === 'sept' && month === 'september'),
  )
  return at >= 0 ? at + 1 : undefined
}

export function numberIn(word = ''): number | undefined {
  if (word === 'a' || word === 'an') return 1
  if (/^\d{1,3}$/.test(word)) return Number(word)
  const at = NUMBERS.indexOf(word)
  return at >= 0 ? at : undefined
}
