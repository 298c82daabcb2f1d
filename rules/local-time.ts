const DAY = 86_400_000

/** Each takes 70 kB. There are some 600 zones, and the names of each have many spellings. */
const MOST_FORMATS = 100
const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * What the clocks of a time zone show at a moment, as milliseconds since 1970 by those clocks.
 *
 * @param moment milliseconds since 1970 in UTC
 * @param timeZone a name of the IANA database
 * @throws {RangeError} where the time zone is not known here
 * @example new Date(clockReading(Date.UTC(2026, 10, 21, 8), 'Europe/Berlin')).getUTCHours() // 9
 */
export function clockReading(moment: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    if (formats.size >= MOST_FORMATS) formats.delete(formats.keys().next().value as string)
    formats.set(timeZone, format)
  }
  const part: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(moment)) part[type] = value
  const year =
    Number(part.year) * (part.era?.startsWith('B') ? -1 : 1) + (part.era?.startsWith('B') ? 1 : 0)
  const reading = new Date(0)
  reading.setUTCFullYear(year, Number(part.month) - 1, Number(part.day))
  return reading.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second))
}

/**
 * The moment at which the clocks of a time zone show a reading: the second one where they show it
 * twice, and where they skip it, the reading by the clocks before. PostgreSQL decides the same way
 * (`at time zone`), and so does the calendar file.
 *
 * @param reading milliseconds since 1970 by those clocks
 * @param timeZone a name of the IANA database
 * @throws {RangeError} where the time zone is not known here
 * @example
 * momentOf(Date.UTC(2027, 10, 7, 1, 30), 'America/New_York')
 * // 06:30 UTC, the second 01:30 of that night
 */
export function momentOf(reading: number, timeZone: string): number {
  const offsetAt = (moment: number) => clockReading(moment, timeZone) - moment
  // No clock is a day away from UTC, so these are the offsets before and after any change that the
  // reading is about.
  const moments = [offsetAt(reading - DAY), offsetAt(reading + DAY)].map(
    (offset) => reading - offset,
  ) as [number, number]
  const shown = moments.filter((moment) => clockReading(moment, timeZone) === reading)
  return shown.length > 0 ? Math.max(...shown) : moments[0]
}
