import type { Task, TaskCreate } from '@docket/sdk'
import type { DateWords } from './date-words.ts'
import { PRIORITIES } from './priorities.ts'

/** Characters of a label, and labels of a task, at most. */
const [LABEL, LABELS] = [60, 20]
const WORD = /(^|\s)(?:!(\w+)|#([\p{L}\p{N}_-]+))(?=\s|$)/gu

/** Without what no text of the contract may hold: NUL, and halves of characters. */
export const sendable = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '')

/** What the person made of it otherwise, before Enter. */
export interface Amended {
  /** null: those words are no date. */
  due?: { day: string; time: string | null } | null
  priority?: Task['priority']
  /** Words with `#` that are no labels. */
  notLabels?: string[]
}

/**
 * What a line says besides its title: `Pay the rent tomorrow 9am !high #home`. A word that says nothing stays in the title.
 *
 * @param dates finds dates in words, once it is loaded
 */
export function captured(line: string, dates: DateWords | undefined, amended: Amended = {}): TaskCreate {
  const labels = new Set<string>()
  let priority: TaskCreate['priority']
  let rest = sendable(line).replace(WORD, (all, space: string, level?: string, label?: string) => {
    const known = PRIORITIES.find((one) => one !== 'none' && one === level?.toLowerCase())
    if (level && !known) return all
    if (label && (amended.notLabels?.includes(label) || label.length > LABEL || labels.size >= LABELS)) return all
    priority = known ?? priority
    if (label) labels.add(label)
    return space
  })
  const found = amended.due === null ? undefined : dates?.(rest)
  if (found) rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found.text.length)}`
  priority = amended.priority ?? priority
  const due = amended.due ?? found
  const title = rest.replaceAll(/\s+/g, ' ').trim()
  return {
    // What was all words is a title all the same.
    title: title || sendable(line).trim(),
    ...(due ? { due_date: due.day, ...(due.time ? { due_time: due.time } : {}) } : {}),
    ...(priority && priority !== 'none' ? { priority } : {}),
    ...(labels.size > 0 ? { labels: [...labels] } : {}),
  }
}
