import { BLOCKING, RELATIVE, tokensOf, WEEKDAYS, weekdayIn } from './date-words.ts'

/**
 * Whether a text says that something repeats: `every monday`, `each month`, `daily`. Nothing in it
 * is then a single date.
 *
 * @example saysRepeat('Water the plants every 3 days') // true
 * @example saysRepeat('Write the weekly report') // false
 */
export function saysRepeat(text: string): boolean {
  const words = tokensOf(text).map(({ word }) => word)
  return words.some((word, at) => {
    const rest = words.slice(at + 1).filter((each) => !BETWEEN.test(each))
    const isEnd = rest.length === 0 || /^[#!]/.test(rest[0] ?? '')
    if (word === 'every' || word === 'each' || word === 'every!')
      return (
        REPEATED.test(rest[0] ?? '') || (isEnd && /^\d+(st|nd|rd|th)$/.test(words[at + 1] ?? ''))
      )
    const isFollowed =
      isEnd ||
      /^(at|on|from|until|till|@)$/.test(rest[0] ?? '') ||
      /^\d{1,2}([:.]\d\d)?(am|pm)?$/.test(rest[0] ?? '') ||
      weekdayIn(rest[0]) !== undefined ||
      RELATIVE.has(rest[0] ?? '')
    if (BLOCKING.has(words[at - 1] ?? '')) return false
    if (ADVERB.test(word)) return at > 0 && isFollowed
    const isPlural =
      /^(weekdays|weekends|workdays)$/.test(word) ||
      (word.endsWith('s') && WEEKDAYS.includes(word.slice(0, -1)))
    return isPlural && at > 0 && (isFollowed || words[at - 1] === 'on')
  })
}

/** What may stand between `every` and what is repeated: `every second`, `every 3`. */
const BETWEEN =
  /^(other|second|third|fourth|single|first|last|few|couple|of|the|\d+(st|nd|rd|th)?)$/

const ADVERB =
  /^((bi-?)?weekly|daily|monthly|yearly|annually|fortnightly|quarterly|hourly|nightly)$/

const REPEATED = new RegExp(
  `^(${[
    '(minute|hour|day|week|fortnight|month|quarter|year|weekday|weekend|workday)s?',
    '(morning|afternoon|evening|night)s?|noon',
    'mon|tues?|weds?|thu|thurs?|fri|sat|sun|(sun|mon|tues|wednes|thurs|fri|satur)days?',
    'jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?',
    'sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?',
  ].join('|')})$`,
)
