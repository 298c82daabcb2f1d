import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { MONDAYS, recurring, skip } from '../../testing/data/recurring.ts'
import { readTask, refusalOf } from '../../testing/data/subtasks.ts'
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

describe('skipTask', () => {
  test('moves the task to the next date after today, without completing it', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, { rule: 'FREQ=WEEKLY;COUNT=5' }, { starts_on: '2026-11-01' })
    const { status, body } = await skip(ada, task, { skipped_on: '2026-11-11' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...{ id: task.id, completed: false, due_date: '2026-11-16', starts_on: '2026-11-15' },
      recurrence: { ...MONDAYS, rule: 'FREQ=WEEKLY;COUNT=3' },
    })
  })

  test('with a key skips once; with If-Match only what was seen', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, { rule: 'FREQ=WEEKLY' })
    const on = { skipped_on: '2026-11-02' }
    const first = await skip(ada, task, on, { 'idempotency-key': 'a' })
    const again = await skip(ada, task, on, { 'idempotency-key': 'a' })
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true'])
    expect((await skip(ada, task, on, { 'if-match': task.etag })).status).toBe(412)
    expect((await readTask(ada, task)).due_date).toBe('2026-11-09')
  })

  test('never goes back, also where it counts from the completion', async () => {
    const ada = await newPerson(service.url)
    const rule = { rule: 'FREQ=WEEKLY', from: 'completion' } as const
    const task = await recurring(ada, rule, { due_date: '2027-02-01' })
    const on = { skipped_on: '2026-11-02' }
    expect((await skip(ada, task, on)).body.due_date).toBe('2027-02-08')
    expect((await skip(ada, task, on)).body.due_date).toBe('2027-02-15')
  })

  test('in a bulk, what is wrong has its place there', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, MONDAYS)
    const { body } = await ada.send<Schemas['Problem']>(`/api/${ada.id}/operations`, {
      method: 'POST',
      json: { operations: [{ action: 'skip_task', id: task.id, skipped_on: '2999-01-01' }] },
    })
    expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/operations/0/skipped_on'])
  })

  test('409 nothing_to_skip: no recurrence, completed, or the last date', async () => {
    const ada = await newPerson(service.url)
    const tasks = [
      await ada.addTask({ due_date: '2026-11-02' }),
      await recurring(ada, MONDAYS, { completed: true }),
      await recurring(ada, { rule: 'FREQ=DAILY;COUNT=1' }),
    ]
    for (const task of tasks)
      expect(refusalOf(await skip(ada, task))).toEqual([409, 'nothing_to_skip', undefined])
    const missing = await skip(ada, { id: randomUUID() } as Task)
    expect(refusalOf(missing)).toEqual([404, 'task_not_found', undefined])
  })
})
