import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { completeOn, open, recurring } from '../../testing/data/recurring.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { wrongUsage } from '../../testing/data/usage.ts'
import { newPerson } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

const service = await startService({ keep: true })
afterEach(async () => {
  await expectWholeTrees(service)
  expect(await wrongUsage(service.database)).toEqual([])
})
afterAll(service.close)

/** A day before the clocks skip a time, the time, and when the next task is due. */
const SKIPPED: [zone: string, day: string, time: string, due: string, at: string][] = [
  ['Europe/Berlin', '2027-03-27', '02:30', '2027-03-28', '03:00'],
  ['America/New_York', '2027-03-13', '02:30', '2027-03-14', '03:00'],
  ['America/Santiago', '2027-09-04', '00:30', '2027-09-05', '01:00'],
  ['Australia/Lord_Howe', '2027-10-02', '02:15', '2027-10-03', '02:30'],
  ['Africa/Casablanca', '2023-04-22', '02:30', '2023-04-23', '03:00'],
  // A whole day.
  ['Pacific/Apia', '2011-12-29', '10:00', '2011-12-31', '00:00'],
]
test.each(SKIPPED)('%s: a time that is skipped is the first after it', async (...skipped) => {
  const [due_time_zone, due_date, due_time, due, at] = skipped
  const ada = await newPerson(service.url)
  const recurrence = { rule: 'FREQ=DAILY', missed: 'keep' } as const
  const task = await recurring(ada, recurrence, { due_date, due_time, due_time_zone })
  await completeOn(ada, task, due_date < '2026' ? due_date : '2026-11-02')
  const [next] = (await open(ada)) as [Task]
  expect([next.due_date, next.due_time]).toEqual([due, at])
})

test('after a date on which its time was moved, a task has its own time again', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(
    ada,
    { rule: 'FREQ=DAILY' },
    { due_date: '2027-03-27', due_time: '02:30', due_time_zone: 'Europe/Berlin' },
  )
  const times: unknown[] = []
  let current = task
  for (const day of ['2026-11-02', '2026-11-02']) {
    await completeOn(ada, current, day)
    ;[current] = (await open(ada)) as [Task]
    times.push([current.due_date, current.due_time])
  }
  expect(times).toEqual([
    ['2027-03-28', '03:00'],
    ['2027-03-29', '02:30'],
  ])
})

test('a copy of a subtask whose time is skipped is due at the first after it', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(ada, { rule: 'FREQ=DAILY' }, { due_date: '2027-03-27' })
  const timed = { parent_id: task.id, due_date: '2027-03-27', due_time: '02:30' }
  const child = await ada.addTask({ ...timed, title: 'a', due_time_zone: 'Europe/Berlin' })
  await ada.addTask({ parent_id: child.id, title: 'b' })
  const { status } = await completeOn(ada, task, '2026-11-02')
  expect(status).toBe(200)
  const copies = (await open(ada)).filter(({ due_date }) => due_date === '2027-03-28')
  expect(copies.map(({ title, due_time }) => [title, due_time])).toEqual([
    ['a', '03:00'],
    ['Standup', null],
  ])
})
