import { clockReading } from '../../../rules/local-time.ts'

/** A minute in the time zone of a caller, and the moments with which that day begins and ends. */
export interface LocalTime {
  /** `2026-11-21` */
  today: string
  /** `2026-11-21T09:30` */
  minute: string
  /** The same minute in UTC: where clocks are set back, a local minute comes twice. */
  utcMinute: string
  /**
   * The same minute as a moment, and those of the day's first instant and of the next day's, in
   * milliseconds since 1970.
   */
  now: number
  dayStart: number
  dayEnd: number
}

const MINUTE = 60_000
const DAY = 86_400_000
/** Farther than any time zone changes its clocks by. */
const AROUND = 1.5 * DAY

/**
 * @param timeZone a name of the IANA database
 * @param at milliseconds since 1970
 * @example localTimeIn('Europe/Berlin', Date.now()).today // '2026-11-21'
 */
export function localTimeIn(timeZone: string, at: number): LocalTime {
  const wall = (moment: number) => clockReading(moment, timeZone)
  // Clocks change at midnight in some places: what is sought is the first moment of the day,
  // whatever the wall says then.
  const firstMoment = (midnight: number) => {
    const offsets = [midnight - AROUND, midnight + AROUND].map((moment) => wall(moment) - moment)
    const moments = offsets.map((offset) => midnight - offset)
    const [earlier, later] = [Math.min(...moments), Math.max(...moments)]
    return wall(earlier) >= midnight ? earlier : later
  }
  const now = Math.floor(at / MINUTE) * MINUTE
  const reading = new Date(wall(now)).toISOString()
  const today = reading.slice(0, 10)
  const midnight = Date.parse(`${today}T00:00:00Z`)
  return {
    today,
    minute: reading.slice(0, 16),
    utcMinute: new Date(now).toISOString().slice(0, 16),
    now,
    dayStart: firstMoment(midnight),
    dayEnd: firstMoment(midnight + DAY),
  }
}
