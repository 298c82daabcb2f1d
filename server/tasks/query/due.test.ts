import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'
import { violationError } from '../../resource/rule-violation.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'
import { tasks } from '../fields.ts'
import { localTimeIn } from './local-time.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Problem = Schemas['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

describe('a due time must be one', () => {
  test.each([
    ['a time without a day', { due_time: '12:00' }, '/due_time', /needs a due_date/],
    [
      'a zone without a time',
      { due_date: '2026-12-01', due_time_zone: 'UTC' },
      '/due_time_zone',
      /needs a due_time/,
    ],
    [
      'an hour that Berlin skips',
      { due_date: '2027-03-28', due_time: '02:30', due_time_zone: 'Europe/Berlin' },
      '/due_time',
      /clocks skip it/,
    ],
    [
      'an hour that New York skips',
      { due_date: '2027-03-14', due_time: '02:00', due_time_zone: 'America/New_York' },
      '/due_time',
      /clocks skip it/,
    ],
    [
      'the half hour that Lord Howe skips',
      { due_date: '2026-10-04', due_time: '02:15', due_time_zone: 'Australia/Lord_Howe' },
      '/due_time',
      /clocks skip it/,
    ],
    [
      'the day that Samoa left out',
      { due_date: '2011-12-30', due_time: '12:00', due_time_zone: 'Pacific/Apia' },
      '/due_time',
      /clocks skip it/,
    ],
    ['a day of no calendar', { due_date: '2027-02-29' }, '/due_date', /calendar date/],
    [
      'an unknown zone',
      { due_date: '2026-12-01', due_time: '12:00', due_time_zone: 'Mars/Olympus' },
      '/due_time_zone',
      /time zone/,
    ],
    [
      'a short name, which the database takes for an offset without summer',
      { due_date: '2027-07-01', due_time: '12:00', due_time_zone: 'CET' },
      '/due_time_zone',
      /pattern/,
    ],
    [
      'a short name of several zones',
      { due_date: '2027-07-01', due_time: '12:00', due_time_zone: 'IST' },
      '/due_time_zone',
      /pattern/,
    ],
    ['24:00', { due_date: '2026-12-01', due_time: '24:00' }, '/due_time', /pattern/],
  ])('422: %s, with the reason', async (_, fields, pointer, reason) => {
    const { status, body } = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      json: { title: 'x', ...fields },
    })
    expect([status, body.code, body.errors?.[0]]).toMatchObject([
      422,
      'invalid_body',
      { in: 'body', pointer },
    ])
    expect(body.errors?.[0]?.detail).toMatch(reason)
  })

  test('201: the hour that comes twice, the year 9999, a leap day', async () => {
    await ada.addTask({ due_date: '2026-10-25', due_time: '02:30', due_time_zone: 'Europe/Berlin' })
    await ada.addTask({
      due_date: '9999-12-31',
      due_time: '23:59',
      due_time_zone: 'Pacific/Kiritimati',
    })
    await ada.addTask({ due_date: '2028-02-29' })
  })

  test("201: the case of a zone's name does not matter, and is kept", async () => {
    const skipped = { due_date: '2027-03-28', due_time: '02:30', due_time_zone: 'europe/BERLIN' }
    expect(
      (await ada.send(ada.tasks, { method: 'POST', json: { title: 'x', ...skipped } })).status,
    ).toBe(422)
    expect(await ada.addTask({ ...skipped, due_time: '03:30' })).toMatchObject({
      due_time_zone: 'europe/BERLIN',
    })
  })

  test('422: a patch is checked as a whole, and names the member it brought', async () => {
    const patch = async (start: Partial<Schemas['TaskCreate']>, json: object) => {
      const task = await ada.addTask(start)
      const { status, body } = await ada.send<Problem>(`${ada.tasks}/${task.id}`, {
        method: 'PATCH',
        json,
      })
      expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(task)
      return [status, body.errors?.[0]?.pointer]
    }
    const full = { due_date: '2027-03-27', due_time: '02:30', due_time_zone: 'Europe/Berlin' }
    expect(await patch(full, { due_date: '2027-03-28' })).toEqual([422, '/due_date'])
    expect(
      await patch(
        { ...full, due_date: '2027-03-28', due_time_zone: null },
        { due_time_zone: 'Europe/Berlin' },
      ),
    ).toEqual([422, '/due_time_zone'])
    expect(
      await patch({ ...full, due_date: '2027-03-28', due_time: '04:00' }, { due_time: '02:30' }),
    ).toEqual([422, '/due_time'])
    expect(await patch(full, { due_date: null })).toEqual([422, '/due_date'])
    expect(await patch(full, { due_time: null })).toEqual([422, '/due_time'])
    expect(await patch(full, { due_date: null, due_time: null })).toEqual([422, '/due_time'])
  })

  test("a zone that only Node knows: 422 with the member's name", async () => {
    const [row] = await service.database.rows<{ fault: 'zone_unknown' }>(
      sql.unsafe`select due_violation('2026-12-01', '12:00', 'Mars/Olympus') as fault`,
    )
    expect(
      violationError(tasks.rules, row?.fault ?? '', {
        due_time: '12:00',
        due_time_zone: 'Mars/Olympus',
      }),
    ).toEqual({
      in: 'body',
      pointer: '/due_time_zone',
      code: 'invalid',
      detail: 'Is a time zone that the database of this server does not know.',
    })
  })
})

describe('overdue, today and upcoming, by the clock on the caller’s wall', () => {
  // A zone where it is noon or a little later, so that no day ends while this runs.
  const hours = 12 - new Date().getUTCHours()
  const zone = `Etc/GMT${hours <= 0 ? '+' : '-'}${Math.abs(hours)}`
  const HOUR = 3_600_000
  const noon = Math.floor(Date.now() / HOUR) * HOUR

  /** A moment as a clock in a zone shows it. */
  const due = (moment: number, timeZone: string) => {
    const [date = '', time = ''] = new Date(moment).toLocaleString('sv', { timeZone }).split(' ')
    return { due_date: date, due_time: time.slice(0, 5) }
  }
  const day = (offset: number) => due(noon + offset * 24 * HOUR, zone).due_date

  let person: Person
  beforeAll(async () => {
    person = await newPerson(service.url, 'wanda')
    const zoned = (moment: number, timeZone: string) => ({
      ...due(moment, timeZone),
      due_time_zone: timeZone,
    })
    const tasks: Record<string, Partial<Schemas['TaskCreate']>> = {
      'no date': {},
      yesterday: { due_date: day(-1) },
      'yesterday, done': { due_date: day(-1), completed: true },
      'today, all day': { due_date: day(0) },
      'today, done': { due_date: day(0), completed: true },
      'today at six': { due_date: day(0), due_time: '06:00' },
      'today at eight in the evening': { due_date: day(0), due_time: '20:00' },
      tomorrow: { due_date: day(1) },
      'two hours ago, told in India': zoned(noon - 2 * HOUR, 'Asia/Kolkata'),
      'in eleven hours, told in Kiribati': zoned(noon + 11 * HOUR, 'Pacific/Kiritimati'),
      'in thirteen hours, told in Niue': zoned(noon + 13 * HOUR, 'Pacific/Niue'),
      'thirteen hours ago, told in Kiribati': zoned(noon - 13 * HOUR, 'Pacific/Kiritimati'),
    }
    for (const [title, fields] of Object.entries(tasks)) await person.addTask({ title, ...fields })
  })

  const OVERDUE = [
    'yesterday',
    'today at six',
    'two hours ago, told in India',
    'thirteen hours ago, told in Kiribati',
  ]
  const TODAY = [
    'today, all day',
    'today at six',
    'today at eight in the evening',
    'two hours ago, told in India',
    'in eleven hours, told in Kiribati',
  ]
  test.each([
    ['overdue', OVERDUE],
    ['today', [...TODAY, 'today, done']],
    ['upcoming', ['tomorrow', 'in thirteen hours, told in Niue']],
    ['none', ['no date']],
  ])('200: %s, whatever the order', async (filter, expected) => {
    for (const sort of ['due', '-due', 'title', '-created_at']) {
      const { body } = await person.send<Schemas['TaskPage']>(
        `${person.tasks}?due=${filter}&sort=${sort}&time_zone=${encodeURIComponent(zone)}`,
      )
      expect([sort, body.items.map(({ title }) => title).sort()]).toEqual([
        sort,
        expected.toSorted(),
      ])
    }
  })

  test('200: the counts say the same of the open ones', async () => {
    const { body } = await person.send<Schemas['TaskCounts']>(
      `/api/${person.id}/task-counts?time_zone=${encodeURIComponent(zone)}`,
    )
    expect(body).toMatchObject({ open: 10, done: 2, overdue: OVERDUE.length, today: TODAY.length })
  })

  test('each minute of an hour that comes twice has its own ETag', () => {
    const [first, second] = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((time) =>
      localTimeIn('Europe/Berlin', Date.parse(time)),
    )
    expect([first?.minute, second?.minute]).toEqual(['2026-10-25T02:30', '2026-10-25T02:30'])
    expect(first?.utcMinute).not.toBe(second?.utcMinute)
  })

  test('201: of an hour that comes twice the second is meant', async () => {
    const task = await ada.addTask({
      due_date: '2026-10-25',
      due_time: '02:30',
      due_time_zone: 'Europe/Berlin',
    })
    const [row] = await service.database.rows<{ instant: string }>(
      sql.unsafe`select due_instant as instant from tasks where id = ${task.id}::uuid`,
    )
    expect(row?.instant).toBe('2026-10-25T01:30:00.000Z')
  })

  test('200: without a time zone the wall is in UTC', async () => {
    const utc = async (path: string) =>
      (await person.send<Schemas['TaskPage']>(path)).body.items.map(({ title }) => title)
    expect(await utc(`${person.tasks}?due=today&sort=due`)).toEqual(
      await utc(`${person.tasks}?due=today&sort=due&time_zone=UTC`),
    )
  })

  test('the minute in which a time is due, it is not overdue yet', async () => {
    const late = await newPerson(service.url, 'late')
    const overdue = async () =>
      (await late.send<Schemas['TaskPage']>(`${late.tasks}?due=overdue`)).body.items.map(
        ({ title }) => title,
      )
    // Asked again where the minute turned meanwhile.
    for (let minute = ''; minute !== new Date().toISOString().slice(0, 16); ) {
      minute = new Date().toISOString().slice(0, 16)
      const [date = '', time = ''] = minute.split('T')
      const before = new Date(Date.parse(`${minute}Z`) - 60_000)
        .toISOString()
        .slice(0, 16)
        .split('T') as [string, string]
      for (const task of (await late.send<Schemas['TaskPage']>(late.tasks)).body.items)
        await late.send(`${late.tasks}/${task.id}`, { method: 'DELETE' })
      await late.addTask({ title: 'now', due_date: date, due_time: time })
      await late.addTask({
        title: 'now in UTC',
        due_date: date,
        due_time: time,
        due_time_zone: 'UTC',
      })
      await late.addTask({ title: 'a minute ago', due_date: before[0], due_time: before[1] })
      await late.addTask({
        title: 'a minute ago in UTC',
        due_date: before[0],
        due_time: before[1],
        due_time_zone: 'UTC',
      } satisfies Partial<Task>)
      const seen = await overdue()
      if (minute === new Date().toISOString().slice(0, 16))
        expect(seen.sort()).toEqual(['a minute ago', 'a minute ago in UTC'])
    }
  })
})
