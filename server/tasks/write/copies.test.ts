import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import {
  complete,
  completeOn,
  MONDAYS,
  open,
  recurring,
  skip,
} from '../../testing/data/recurring.ts'
import { readTask } from '../../testing/data/subtasks.ts'
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

test('days that the contract does not have are left out of the next task', async () => {
  const ada = await newPerson(service.url)
  const early = { due_date: '2026-12-07', starts_on: '1000-01-01' }
  const task = await recurring(ada, { rule: 'FREQ=DAILY', from: 'completion' }, early)
  await ada.addTask({ parent_id: task.id, due_date: '1000-01-01', title: 'a' })
  expect((await completeOn(ada, task, '2026-11-02')).status).toBe(200)
  const late = { due_date: '2026-11-02', starts_on: '9999-12-30' }
  const other = await recurring(ada, { rule: 'FREQ=WEEKLY' }, late)
  const under = { parent_id: other.id, due_date: '9999-12-31', title: 'b' }
  await ada.addTask({ ...under, recurrence: { rule: 'FREQ=DAILY' } })
  expect((await skip(ada, other, { skipped_on: '2026-11-02' })).status).toBe(200)
  expect((await completeOn(ada, other, '2026-11-02')).status).toBe(200)
  const tasks = await open(ada)
  expect(tasks.filter(({ starts_on }) => starts_on !== null)).toEqual([])
  expect(tasks.filter(({ title }) => title === 'b')).toHaveLength(2)
})

test('of subtasks that recur themselves, only the last is copied', async () => {
  const ada = await newPerson(service.url)
  const parent = await recurring(ada, { rule: 'FREQ=WEEKLY' })
  const rule = { rule: 'FREQ=DAILY', missed: 'keep' } as const
  let daily = await recurring(ada, rule, { title: 'Daily', parent_id: parent.id })
  for (let day = 0; day < 3; day += 1) {
    const { body } = await completeOn(ada, daily, '2026-11-02')
    daily = await readTask(ada, { id: body.next_task_id as string } as Task)
  }
  const { body } = await completeOn(ada, parent, '2026-11-02')
  const next = await readTask(ada, { id: body.next_task_id as string } as Task)
  expect(next.subtasks).toEqual({ open: 1, done: 0 })
  await complete(ada, parent, { completed: false })
  expect((await open(ada)).map(({ title }) => title).sort()).toEqual(['Daily', 'Standup'])
})

test('reopening takes a next task away with all of its 1,500 subtasks', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(ada, MONDAYS)
  const items = Array.from({ length: 1_500 }, (_, n) => ({ title: `${n}`, parent_id: task.id }))
  await ada.send(`/api/${ada.id}/task-import`, { method: 'POST', json: { items } })
  for (let round = 0; round < 2; round += 1) {
    const { body } = await completeOn(ada, task, '2026-11-02')
    const next = await readTask(ada, { id: body.next_task_id as string } as Task)
    expect(next.subtasks).toEqual({ open: 1_500, done: 0 })
    await complete(ada, task, { completed: false })
    const trash = await ada.send<Schemas['TaskPage']>(`${ada.tasks}?trashed=true`)
    expect(trash.body.items).toEqual([])
  }
})
