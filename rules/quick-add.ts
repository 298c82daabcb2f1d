import type { Now } from './date-parts.ts'
import { datePhrase, type LocalTime } from './date-phrase.ts'
import { fold, uniqueLabels } from './fold.ts'
import { lengthOf } from './length.ts'
import { LIMITS } from './limits.ts'
import { listIn } from './list-word.ts'
import { PRIORITIES, type Priority } from './priorities.ts'
import { repeatPhrase } from './recurrence/phrase.ts'
import type { Recurrence } from './recurrence/rule.ts'
import { saysRepeat } from './repeat.ts'

/**
 * UTF-16 units from which a line is treated as plain text. Searching it for a date would take too
 * long.
 */
const LONG_LINE = 2_000
/**
 * `!high` and `#home`. A label is made of letters with their marks, digits, `_` and `-` (UAX 31),
 * and of more than digits: `#1234` is the number of something. The joiners of Persian and Indic
 * words are part of them.
 */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: the joiners themselves
const MARKED = /(^|\s)(?:!(\w+)|#([\p{L}\p{M}\p{N}_\u200c\u200d-]+)[,;]?)(?=\s|$)/gu

/** Without what no text of the contract may hold: NUL, and halves of characters. */
export const sendable = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '')

/** What the person made of it otherwise, before Enter. */
export interface Overrides {
  /** null: those words are no date. */
  due?: LocalTime | null
  priority?: Priority
  /** Words with `#` that are no labels. */
  notLabels?: string[]
  /** A label that the task has whatever its line says. */
  label?: string
  /** Whether a word with `/` or `+` is no list. */
  isNoList?: boolean
  /** Whether the task does not recur, whatever the line says. */
  isNoRepeat?: boolean
}

/** A list that a line can name. */
export interface NamedList {
  id: string
  name: string
}

/** What a line says. */
export interface QuickAdd {
  title: string
  due: LocalTime | undefined
  priority: Priority
  labels: string[]
  list: NamedList | undefined
  recurrence: Recurrence | undefined
  /** Whether it says that the task recurs in words that were not read; no date was, either. */
  saysRepeat: boolean
}

/**
 * What a line says besides its title: `Pay the rent tomorrow 9am !high #home /House`. A word that
 * says nothing of this stays in the title.
 *
 * @param now the day and time by the person's clock
 * @param lists those that the line can name
 * @example
 * parseQuickAdd('Pay the rent tomorrow #home', { day: '2026-11-30', time: '15:00' }).title
 * // 'Pay the rent'
 */
export function parseQuickAdd(
  line: string,
  now: Now,
  overrides: Overrides = {},
  lists: readonly NamedList[] = [],
): QuickAdd {
  const isLong = line.length > LONG_LINE
  const nameable = overrides.isNoList || isLong ? [] : lists
  const { line: unlisted, list } = listIn(sendable(line), nameable)
  const found: string[] = overrides.label ? [overrides.label] : []
  let priority: Priority | undefined
  const unmarked = unlisted.replace(
    MARKED,
    (all, space: string, level?: string, label?: string) => {
      const known = PRIORITIES.find((one) => one !== 'none' && one === level?.toLowerCase())
      if (level && !known) return all
      if (label && !isLabel(label, found, overrides.notLabels)) return all
      priority = known ?? priority
      if (label) found.push(label.normalize('NFC'))
      return space
    },
  )
  const repeat = overrides.isNoRepeat || isLong ? undefined : repeatPhrase(unmarked, now)
  const isRepeated = !isLong && !repeat && saysRepeat(unmarked)
  const phrase =
    repeat ??
    (overrides.due === null || isRepeated || isLong ? undefined : datePhrase(unmarked, now))
  const words = phrase
    ? `${unmarked.slice(0, phrase.start)} ${unmarked.slice(phrase.end)}`
    : unmarked
  const title = words.replaceAll(/\s+/g, ' ').trim()
  // What recurs needs a date.
  const due = overrides.due ?? (phrase && { day: phrase.day, time: phrase.time })
  return {
    // If all words were recognized, the title is the whole line.
    title: (phrase ? trimmed(title) : title) || sendable(line).trim(),
    due: due ?? undefined,
    priority: overrides.priority ?? priority ?? 'none',
    labels: uniqueLabels(found),
    list,
    recurrence: repeat?.recurrence,
    saysRepeat: isRepeated && !overrides.isNoRepeat && overrides.due === undefined,
  }
}

function isLabel(label: string, found: string[], refused: string[] = []): boolean {
  if (!/\p{L}/u.test(label) || lengthOf(label) > LIMITS.label) return false
  return (
    !refused.some((each) => fold(each) === fold(label)) &&
    uniqueLabels([...found, label]).length <= LIMITS.labels
  )
}

/** Without the comma or dash that stood beside the date. */
const trimmed = (title: string) => title.replace(/^[,;:–—-]+\s*|\s*(?:[,;:–—]+|\s-+)$/g, '')
