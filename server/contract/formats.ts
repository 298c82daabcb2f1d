const timeZones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'].map((name) => name.toLowerCase()))

/** Formats that the validator does not know, or takes for a matter of digits only: 30 February is no `date`. */
export const formats = {
  date: { type: 'string' as const, validate: isDay },
  'date-time': { type: 'string' as const, validate: (text: string) => isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)) },
  'time-zone': { type: 'string' as const, validate: isTimeZone },
  password: { type: 'string' as const, validate: () => true },
}

function isDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text)
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
