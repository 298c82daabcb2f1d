import { parse } from 'chrono-node/en'
import { type Due, dayOf } from './due.ts'

/** The last date in a text, and the words that say it. */
export type DateWords = (text: string) => (Due & { text: string; index: number }) | undefined

/** Loaded when a person first writes a task: `tomorrow 9am`, `next friday`, `on 3 march`, in English. */
export const dateWords: DateWords = (text) => {
  const found = parse(text, new Date(), { forwardDate: true }).at(-1)
  if (!found || found.start.date().getFullYear() > 9_999) return undefined
  const at = found.start.date()
  return { text: found.text, index: found.index, day: dayOf(at), time: found.start.isCertain('hour') ? at.toTimeString().slice(0, 5) : null }
}
