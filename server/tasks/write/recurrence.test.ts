import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { addList } from '../../testing/data/lists.ts'
import { complete, completeOn, MONDAYS, open, recurring } from '../../testing/data/recurring.ts'
import { patchTask, readTask, refusalOf } from '../../testing/data/subtasks.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { wrongUsage } from '../../testing/data/usage.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Rule = Schemas['RecurrenceInput']

const service = await startService({ keep: true })
afterEach(async () => {
  await expectWholeTrees(service)
  expect(await wrongUsage(service.database)).toEqual([])
})
afterAll(service.close)

/** The dates on which the one open task is due, as it is completed again and again. */
async function dates(
  person: Person,
  task: Task,
  completedOn: string[],
): Promise<(string | null)[]> {
  const found: (string | null)[] = []
  let current: Task | undefined = task
  for (const day of completedOn) {
    expect((await completeOn(person, current as Task, day)).status).toBe(200)
    ;[current] = await open(person)
    found.push(current?.due_date ?? null)
  }
  return found
}

test('creates the next task, and leaves the completed one as it is', async () => {
  const ada = await newPerson(service.url)
  const list = await addList(ada)
  const task = await recurring(
    ada,
    { rule: 'FREQ=WEEKLY;BYDAY=MO' },
    {
      ...{ list_id: list.id, description: 'in the kitchen', priority: 'high', labels: ['work'] },
      ...{ due_time: '09:30', due_time_zone: 'Europe/Berlin', starts_on: '2026-11-01' },
    },
  )
  expect([task.recurrence, task.series_id, task.next_task_id]).toEqual([MONDAYS, task.id, null])
  const { body: done } = await completeOn(ada, task, '2026-11-02')
  const [next] = (await open(ada)) as [Task]
  expect(done).toMatchObject({ completed: true, recurrence: MONDAYS, next_task_id: next.id })
  const { id, created_at, updated_at, etag, position, ...content } = task
  expect(next).toMatchObject({ ...content, due_date: '2026-11-09', starts_on: '2026-11-08' })
  expect((await readTask(ada, task)).etag).toBe(done.etag)
})

test('late goes on after that day (skip) or with the next date (keep)', async () => {
  const ada = await newPerson(service.url)
  const skipping = await recurring(ada, { rule: 'FREQ=DAILY;INTERVAL=2' })
  expect(await dates(ada, skipping, ['2026-11-09', '2026-11-10'])).toEqual([
    '2026-11-10',
    '2026-11-12',
  ])
  const bob = await newPerson(service.url, 'bob')
  const keeping = await recurring(bob, { rule: 'FREQ=DAILY;INTERVAL=2', missed: 'keep' })
  expect(await dates(bob, keeping, ['2026-11-09', '2026-11-10'])).toEqual([
    '2026-11-04',
    '2026-11-06',
  ])
  const eve = await newPerson(service.url, 'eve')
  const after = await recurring(eve, { rule: 'FREQ=DAILY;INTERVAL=3', from: 'completion' })
  expect(await dates(eve, after, ['2026-11-09', '2026-11-10'])).toEqual([
    '2026-11-12',
    '2026-11-13',
  ])
})

test('the series ends with COUNT, UNTIL, or without a later date', async () => {
  const ends: [Rule, (string | null)[]][] = [
    [{ rule: 'FREQ=DAILY;COUNT=3' }, ['2026-11-03', '2026-11-04', null]],
    [{ rule: 'FREQ=DAILY;UNTIL=20261104' }, ['2026-11-03', '2026-11-04', null]],
  ]
  for (const [rule, expected] of ends) {
    const ada = await newPerson(service.url)
    const days = ['2026-11-02', '2026-11-03', '2026-11-04']
    expect(await dates(ada, await recurring(ada, rule), days)).toEqual(expected)
  }
  const bob = await newPerson(service.url, 'bob')
  const last = await recurring(bob, { rule: 'FREQ=DAILY' }, { due_date: '9999-12-31' })
  const { status, body } = await complete(bob, last)
  expect([status, body.next_task_id]).toEqual([200, null])
})

test('without a day it is today in the time zone of the task; no day of the future', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(
    ada,
    { rule: 'FREQ=DAILY' },
    { due_time: '10:00', due_time_zone: 'Pacific/Kiritimati' },
  )
  await complete(ada, task)
  const today = new Date(Date.now() + 14 * 3_600_000)
  const tomorrow = new Date(today.getTime() + 86_400_000).toISOString().slice(0, 10)
  const [next] = (await open(ada)) as [Task]
  expect(next.due_date).toBe(tomorrow)
  expect(refusalOf(await completeOn(ada, next, '2999-01-01'))).toEqual([
    422,
    'invalid_body',
    '/completed_on',
  ])
})

test('copies subtasks of all levels as open ones, each as many days later', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(ada, { rule: 'FREQ=WEEKLY' })
  const child = await ada.addTask({
    ...{ title: 'done before', parent_id: task.id, completed: true, labels: ['x'] },
    due_date: '2026-11-01',
  })
  await ada.addTask({ title: 'below', parent_id: child.id })
  const trashed = await ada.addTask({ title: 'in the trash', parent_id: task.id })
  await ada.send(`${ada.tasks}/${trashed.id}`, { method: 'DELETE' })
  const done = (await completeOn(ada, task, '2026-11-02')).body
  const next = await readTask(ada, { id: done.next_task_id as string } as Task)
  expect(next.subtasks).toEqual({ open: 1, done: 0 })
  const of = async (id: string) =>
    (await ada.send<Schemas['TaskPage']>(`${ada.tasks}?parent_id=${id}`)).body.items
  const [copy] = (await of(next.id)) as [Task]
  expect(copy).toMatchObject({
    ...{ title: 'done before', completed: false, labels: ['x'], due_date: '2026-11-08' },
    subtasks: { open: 1, done: 0 },
  })
  expect((await of(copy.id)).map(({ title, completed }) => [title, completed])).toEqual([
    ['below', false],
  ])
})

test('a subtask goes on under its parent until that is completed', async () => {
  const ada = await newPerson(service.url)
  const parent = await ada.addTask()
  const task = await recurring(ada, { rule: 'FREQ=DAILY' }, { parent_id: parent.id })
  const days = ['2026-11-02', '2026-11-03']
  expect((await completeOn(ada, task, days[0] as string)).body.next_task_id).not.toBeNull()
  const next = (await open(ada)).find(({ parent_id }) => parent_id === parent.id) as Task
  expect((await readTask(ada, parent)).subtasks).toEqual({ open: 1, done: 1 })
  await complete(ada, parent, { completed: true })
  expect((await completeOn(ada, next, days[1] as string)).body.next_task_id).toBeNull()
  expect(await open(ada)).toEqual([])
})

test('by PATCH counts from the values that it sets; a toggle and a bulk do the same', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(ada, MONDAYS)
  await patchTask(ada, task, { completed: true, due_date: '2030-11-04', title: 'Changed' })
  const [next] = (await open(ada)) as [Task]
  expect([next.due_date, next.title]).toEqual(['2030-11-11', 'Changed'])
  await complete(ada, next)
  const [third] = (await open(ada)) as [Task]
  expect(third.due_date).toBe('2030-11-18')
  const operations = [
    { action: 'complete_task', id: third.id, completed: true, completed_on: '2026-11-02' },
    { action: 'update_task', id: third.id, changes: { title: 'Later' } },
  ]
  const bulk = await ada.send<Schemas['OperationResults']>(`/api/${ada.id}/operations`, {
    method: 'POST',
    json: { operations },
  })
  expect(bulk.status).toBe(200)
  expect((await open(ada)).map(({ due_date }) => due_date)).toEqual(['2030-11-25'])
})
