import { parse } from 'chrono-node/en'
import { type Due, dayOf } from './due.ts'

/** The last date in a text, and the words that say it. */
export type DateWords = (text: string) => (Due & { text: string; index: number }) | undefined

/** Words that more often mean something else, where they stand alone; and a number that goes on is no date. */
const OTHERWISE = /^(sun|sat|wed|mon|may|march|now|second)$/i

/** Loaded when a person first writes a task: `tomorrow 9am`, `next friday`, `on 3 march`, in English. */
export const dateWords: DateWords = (text) => {
  const found = parse(text, new Date(), { forwardDate: true }).findLast(
    (each) => !OTHERWISE.test(each.text) && !/^\w/.test(text.slice(each.index + each.text.length)),
  )
  const at = found?.start.date()
  // The years that the contract has.
  if (!found || !at || at.getFullYear() < 1_000 || at.getFullYear() > 9_999) return undefined
  return { text: found.text, index: found.index, day: dayOf(at), time: found.start.isCertain('hour') ? at.toTimeString().slice(0, 5) : null }
}
