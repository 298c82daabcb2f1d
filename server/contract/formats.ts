import type { FormatName } from 'ajv-formats'
import { ruleFault } from '../../rules/recurrence/rule.ts'

const timeZones = new Set(
  [...Intl.supportedValuesOf('timeZone'), 'UTC'].map((name) => name.toLowerCase()),
)

/**
 * Formats that the validator does not know, or takes for a matter of digits only: 30 February is no
 * `date`.
 */
export const formats = {
  date: { type: 'string' as const, validate: isDay },
  'date-time': {
    type: 'string' as const,
    // `Date.parse` takes 24:00 (RFC 3339, 5.6: hours are 00 to 23).
    validate: (text: string) =>
      isDay(text.slice(0, 10)) && !/^.24/.test(text.slice(10)) && !Number.isNaN(Date.parse(text)),
  },
  'recurrence-rule': {
    type: 'string' as const,
    validate: (text: string) => ruleFault(text) === undefined,
  },
  'time-zone': { type: 'string' as const, validate: isTimeZone },
  password: { type: 'string' as const, validate: () => true },
}

/** Of the months, in a year that is no leap year. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8))
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day >= 1 && day <= (DAYS[month - 1] ?? 0)
}

/** Older names are names too, but in no list. */
function isTimeZone(name: string): boolean {
  if (timeZones.has(name.toLowerCase())) return true
  // ICU has them still; the database would take them for an offset.
  if (/^systemv\//i.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Formats of ajv-formats, checked by a regular expression only. */
export const namedFormats = {
  mode: 'fast' as const,
  formats: ['uuid', 'email', 'uri', 'uri-reference', 'int32'] satisfies FormatName[],
}
