import { dayPart, type Now, type Part, timePart, two } from './date-parts.ts'
import { BLOCKING, type Token, tokensOf } from './date-words.ts'
import { addDays } from './day.ts'

/** A day and, where one is said, a time, as the person's clock shows them. */
export interface LocalTime {
  /** `2026-12-01` */
  day: string
  /** `09:00`; null: some time that day. */
  time: string | null
}

/** A date in a text, and where its words stand. */
export interface DatePhrase extends LocalTime {
  start: number
  end: number
}

/** Names of days, by the word before: Black Friday. */
const NAMED = new Set(
  `black good cyber ash easter palm shrove bowl casual freaky bloody giving throwback taco manic
  fat super whit holy maundy man girl high tgi`.split(/\s+/),
)
/** After these a sentence goes on without what stands before: Call Ada Friday about the car. */
const PARTICLES = new Set(
  'about with at to re regarding in if when because so as via over near and then - – — : | @'.split(
    ' ',
  ),
)
/**
 * Before these a date belongs to the words behind it: the first Monday of March, in 24 hours before
 * the flight.
 */
const GOVERNING = new Set('of before after since ago is was are were midnight'.split(' '))
/** Books that are quoted by chapter and verse: Genesis 12:10. */
const BOOKS = new Set(
  `genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra
  nehemiah esther job psalm psalms proverbs ecclesiastes isaiah jeremiah lamentations ezekiel
  daniel hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah malachi
  matthew mark luke john acts romans corinthians galatians ephesians philippians colossians
  thessalonians timothy titus philemon hebrews james peter jude revelation quran surah sura
  score ratio mix scale`.split(/\s+/),
)
/** Between two days of a span or a list. */
const JOINING = /^(and|or|&|to|-|–|—|until|till|through|thru|\+|\/)$/

/**
 * The last date in a text that stands there as a whole phrase, in English: `tomorrow 9am`, `next
 * friday`, `on 3 march`, `in two weeks`. Words that only look like one are left alone: inside
 * quotes, addresses, numbers and names, or in the middle of a sentence that goes on with a noun.
 *
 * @param now the day and time by the person's clock
 * @example
 * datePhrase('Pay the rent tomorrow 9am', { day: '2026-11-30', time: '15:00' })
 * // { day: '2026-12-01', time: '09:00', start: 13, end: 25 }
 * @example datePhrase('Read April\'s letter', { day: '2026-11-30', time: '15:00' }) // undefined
 */
export function datePhrase(text: string, now: Now): DatePhrase | undefined {
  const tokens = tokensOf(text)
  const candidates: Candidate[] = []
  // From the left, so that each is as long as it can be: `next friday` is not `friday` behind
  // another word.
  for (let at = 0; at < tokens.length; ) {
    const candidate = candidateAt(tokens, at, now)
    if (candidate) candidates.push(candidate)
    at = candidate?.until ?? at + 1
  }
  const isSpan = ({ at }: Candidate) => {
    const joined = JOINING.test(tokens[at - 1]?.word ?? '')
      ? at - 1
      : isListed(tokens, at)
        ? at
        : undefined
    return joined !== undefined && candidates.some(({ until }) => until === joined)
  }
  const meant = candidates.findLast((each) => !isSpan(each) && isMeant(tokens, each, now))
  if (!meant) return undefined
  return {
    ...settled(meant.parts, now),
    start: (tokens[meant.at] as Token).start,
    end: (tokens[meant.until - 1] as Token).end,
  }
}

/**
 * A phrase that begins with this token: a preposition, a day and a time, in this order or with the
 * time first.
 */
function candidateAt(tokens: Token[], at: number, now: Now): Candidate | undefined {
  const lead = leadAt(tokens, at)
  const first = at + lead.length
  const day = dayPart(tokens, first, now)
  const head = day ?? timePart(tokens, first, lead.word === 'at', false)
  if (!head) return undefined
  const next = first + head.length
  const glue = /^(at|@|on)$/.test(tokens[next]?.word ?? '') ? 1 : 0
  const isAt = glue === 1 && tokens[next]?.word !== 'on'
  const tail = day
    ? timePart(tokens, next + glue, isAt || day.partOfDay !== undefined, true)
    : dayPart(tokens, next + glue, now)
  const until = tail ? next + glue + tail.length : next
  const [said, time] = day ? [day, tail] : [tail, head]
  const parts = [said, within(said?.partOfDay, time)].filter((part) => part !== undefined)
  return { at, first, until, lead: lead.word, parts }
}

/**
 * What a time means in a part of a day: at 6 in the morning, at 9 in the evening; at 12 and 1 at
 * night it is the next day.
 */
function within(partOfDay: string | undefined, time: Part | undefined): Part | undefined {
  const hour = Number(time?.time?.slice(0, 2)) % 12
  if (!time?.time || partOfDay === undefined || time.isExact) return time
  const at = (hours: number, more: Partial<Part> = {}): Part => ({
    ...time,
    ...more,
    time: `${two(hours)}${time.time?.slice(2)}`,
  })
  if (partOfDay === 'morning') return at(hour === 0 ? 12 : hour)
  if (partOfDay === 'evening' || partOfDay === 'night')
    return hour < 5 ? at(hour, { isNextDay: true }) : at(hour + 12)
  return at(hour < 7 ? hour + 12 : hour)
}

/** A time alone is the next such time; a day of the week whose time has passed is the one after. */
function settled(parts: Part[], now: Now): LocalTime {
  const day = parts.find((part) => part.day)?.day
  const time = parts.findLast((part) => part.time)?.time ?? null
  const hasPassed = time !== null && time <= now.time
  if (day !== undefined && parts.some((part) => part.isNextDay === true))
    return { day: addDays(day, 1), time }
  if (day === undefined) return { day: hasPassed ? addDays(now.day, 1) : now.day, time }
  const isNextTime = parts.some((part) => part.isNextTime === true)
  return { day: isNextTime && hasPassed && day === now.day ? addDays(day, 7) : day, time }
}

/** The words that lead to a date and go with it. */
function leadAt(tokens: Token[], at: number): { word: string; length: number } {
  const word = tokens[at]?.word ?? ''
  if (word === 'due')
    return /^(on|by|at)$/.test(tokens[at + 1]?.word ?? '')
      ? { word: 'due', length: 2 }
      : { word, length: 1 }
  if (word === '@' || word === 'around') return { word: 'at', length: 1 }
  return ['on', 'by', 'for', 'at'].includes(word) ? { word, length: 1 } : { word: '', length: 0 }
}

interface Candidate {
  at: number
  /** Where the date begins, behind what leads to it. */
  first: number
  until: number
  lead: string
  parts: Part[]
}

/** Whether the words mean a date where they stand. */
function isMeant(tokens: Token[], { at, first, until, lead, parts }: Candidate, now: Now): boolean {
  const isMark = (token: Token | undefined) =>
    token === undefined || /^[#!][\p{L}\p{N}]/u.test(token.raw)
  const before = tokens[at - 1]
  const after = tokens[until]
  const isLed = lead !== ''
  const isStart = isMark(before)
  const isEnd = tokens.slice(until).every(isMark)
  const ends = (tokens[until - 1] as Token).raw
  const isDoubtful = parts.every((part) => part.isDoubtful === true)
  const hasTime = parts.some(({ time }) => time) && parts.some(({ day }) => day)
  const previous = before?.word ?? ''

  if (
    before &&
    !isMark(before) &&
    (BLOCKING.has(previous) || NAMED.has(previous) || /^(every|each)!?$/.test(previous))
  )
    return false
  if (before && isName(tokens, first, before)) return false
  // A date phrase followed by capitalized words is a name: Tomorrow Never Dies.
  const goesOnAsName =
    !isEnd &&
    /^\p{Lu}\p{Ll}/u.test((tokens[first] as Token).raw) &&
    /^\p{Lu}/u.test(after?.raw ?? '')
  if (
    goesOnAsName &&
    !isLed &&
    !parts.some(({ time, partOfDay }) => time && !partOfDay) &&
    !/[,;:]$/.test(ends)
  )
    return false
  if (after && (GOVERNING.has(after.word) || isOther(tokens, until, now))) return false
  if (
    isDoubtful &&
    parts[0]?.time &&
    (!isEnd || (!isLed && (BOOKS.has(previous) || /\d$/.test(previous))))
  )
    return false
  if (isDoubtful && parts[0]?.day && (!isLed || lead === 'for')) return false
  if (isEnd) return true
  if (/[,;:]$/.test(ends)) return true
  if (lead === 'for') return false
  if (isLed || parts.some(({ isClear }) => isClear === true)) return true
  const goesOn = PARTICLES.has(after?.word ?? '') && !/^\p{Lu}/u.test(after?.raw ?? '')
  return (
    goesOn ||
    (isStart && hasTime) ||
    (isStart &&
      parts.some(({ day, isNextTime }) => day && !isNextTime) &&
      !/^\p{Lu}/u.test(after?.raw ?? ''))
  )
}

/**
 * Whether a capitalized word in the middle of a text is part of a name: it follows another
 * capitalized word. `USA Today` is a newspaper, but `Read Tomorrow` may be due tomorrow.
 */
function isName(tokens: Token[], at: number, before: Token): boolean {
  const word = tokens[at] as Token
  if (!/^(today|tomorrow|tonight|yesterday)$/.test(word.word) || !/^\p{Lu}\p{Ll}/u.test(word.raw))
    return false
  const isCapitals =
    before.raw.length > 1 && before.raw === before.raw.toUpperCase() && /\p{Lu}/u.test(before.raw)
  return isCapitals || (before !== tokens[0] && /^\p{Lu}/u.test(before.raw))
}

/** Whether a comma stands before a token. */
const isListed = (tokens: Token[], at: number): boolean =>
  tokens[at - 1]?.raw.endsWith(',') === true

/**
 * Whether another date is next to this one: `monday and tuesday`, `tue, thu`, `3pm - 4pm`. Several
 * dates are not one due date.
 */
function isOther(tokens: Token[], at: number, now: Now): boolean {
  const isOne = (at: number) =>
    (dayPart(tokens, at, now) ?? timePart(tokens, at, false, true)) !== undefined
  return JOINING.test(tokens[at]?.word ?? '') ? isOne(at + 1) : isListed(tokens, at) && isOne(at)
}
