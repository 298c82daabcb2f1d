import { expect, test } from 'vitest'
import { clockReading, momentOf } from '../../rules/local-time.ts'
import { sql } from '../../server/database/sql.ts'
import { startService } from '../../server/testing/service.ts'

/**
 * With clocks that change by an hour, by half an hour and by two, to both sides of UTC, at
 * midnight, and never.
 */
const ZONES = `Africa/Cairo Africa/Casablanca America/Havana America/Los_Angeles America/New_York
  America/Nuuk America/Santiago America/Sao_Paulo America/St_Johns Antarctica/Troll Asia/Beirut
  Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Tokyo Atlantic/Azores Australia/Lord_Howe
  Australia/Sydney Europe/Berlin Europe/Dublin Europe/Lisbon Europe/London Pacific/Apia
  Pacific/Auckland Pacific/Chatham Pacific/Kiritimati Pacific/Niue UTC`.split(/\s+/)
const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/**
 * The moments of 2023 at which the clocks of a zone change; both databases of time zones have known
 * that year long enough.
 */
function changesOf(zone: string): number[] {
  const offset = (moment: number) => clockReading(moment, zone) - moment
  const changes: number[] = []
  for (let day = Date.UTC(2023, 0, 1); day < Date.UTC(2024, 0, 1); day += DAY) {
    if (offset(day) === offset(day + DAY)) continue
    let [low, high] = [day, day + DAY]
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE
      if (offset(middle) === offset(low)) low = middle
      else high = middle
    }
    changes.push(high)
  }
  return changes
}

test('a local time is the same instant in app and database', async () => {
  const { database } = await startService()
  const readings = ZONES.flatMap((zone) =>
    [...changesOf(zone), Date.UTC(2023, 5, 15, 12)].flatMap((change) =>
      Array.from({ length: 61 }, (_, index) => ({
        zone,
        reading: clockReading(change, zone) + (index - 30) * 10 * MINUTE,
      })),
    ),
  )
  expect(readings.length).toBeGreaterThan(2_000)
  const texts = readings.map(({ reading }) => new Date(reading).toISOString().slice(0, 19))
  const rows = await database.rows<{ moment: number }>(sql.unsafe`
    select extract(epoch from text::timestamp at time zone zone)::float8 * 1000 as moment
    from unnest(${sql.array(texts, 'text')}, ${sql.array(
      readings.map(({ zone }) => zone),
      'text',
    )}) with ordinality as each (text, zone, place) order by place`)
  const different = readings.filter(
    ({ zone, reading }, index) => momentOf(reading, zone) !== rows[index]?.moment,
  )
  expect(
    different.map(({ zone, reading }) => `${zone} ${new Date(reading).toISOString()}`),
  ).toEqual([])
})
