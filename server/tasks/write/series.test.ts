import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { complete, completeOn, MONDAYS, open, recurring } from '../../testing/data/recurring.ts'
import { patchTask, readTask, refusalOf } from '../../testing/data/subtasks.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { wrongUsage } from '../../testing/data/usage.ts'
import { effort } from '../../testing/effort.ts'
import { newPerson, newSession, type Person } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

const service = await startService({ keep: true })
afterEach(async () => {
  await expectWholeTrees(service)
  expect(await wrongUsage(service.database)).toEqual([])
})
afterAll(service.close)

describe('one next task', () => {
  test('completed twice, reopened and completed again, on two devices at once', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, MONDAYS)
    const all = await Promise.all(
      Array.from({ length: 8 }, () => completeOn(ada, task, '2026-11-02')),
    )
    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200))
    const [next] = (await open(ada)) as [Task]
    for (let round = 0; round < 3; round += 1) {
      await complete(ada, task, { completed: false })
      expect((await open(ada)).map(({ id }) => id)).toEqual([task.id])
      expect((await readTask(ada, task)).next_task_id).toBeNull()
      await completeOn(ada, task, '2026-11-02')
      expect((await open(ada)).map(({ id }) => id)).toEqual([next.id])
    }
  })

  test('random writes by two devices at once leave one task for each date', async () => {
    const kinds = [
      (person: Person, task: Task) => completeOn(person, task, '2026-11-02'),
      (person: Person, task: Task) => complete(person, task, { completed: true }),
      (person: Person, task: Task) => complete(person, task, { completed: false }),
      (person: Person, task: Task) => patchTask(person, task, { completed: true }),
      (person: Person, task: Task) =>
        complete(
          person,
          task,
          { completed: true, completed_on: '2026-11-02' },
          { 'idempotency-key': 'k' },
        ),
    ]
    for (let run = 0; run < effort({ usual: 40, long: 500 }); run += 1) {
      const ada = await newPerson(service.url)
      const devices = [ada, await newSession(service.url, ada)]
      const task = await recurring(ada, { rule: 'FREQ=WEEKLY;BYDAY=MO', missed: 'keep' })
      const chosen = Array.from(
        { length: 6 },
        (_, at) =>
          [
            devices[at % 2] as Person,
            kinds[(run * 7 + at * (1 + (run % 5))) % kinds.length] as (typeof kinds)[0],
          ] as const,
      )
      const replies = await Promise.all(chosen.map(([person, write]) => write(person, task)))
      expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200))
      const { completed, next_task_id } = await readTask(ada, task)
      expect((await open(ada)).map(({ id, due_date }) => [id, due_date])).toEqual([
        completed ? [next_task_id, '2026-11-09'] : [task.id, '2026-11-02'],
      ])
    }
  })

  test('with a key it is done once, and the response is that of the first time', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, { rule: 'FREQ=DAILY' })
    const headers = { 'idempotency-key': 'one' }
    const first = await complete(ada, task, { completed: true }, headers)
    const again = await complete(ada, task, { completed: true }, headers)
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true'])
    const other = await complete(ada, task, { completed: false }, headers)
    expect(refusalOf(other)).toEqual([422, 'idempotency_key_reused', undefined])
    expect(await open(ada)).toHaveLength(1)
  })

  test('reopening leaves a next task that was changed; completing makes no second', async () => {
    const changes: ((person: Person, next: Task) => Promise<unknown>)[] = [
      (person, next) => patchTask(person, next, { title: 'Changed' }),
      (person, next) => patchTask(person, next, { due_date: '2026-11-10' }),
      (person, next) => person.addTask({ parent_id: next.id }),
    ]
    for (const change of changes) {
      const ada = await newPerson(service.url)
      const task = await recurring(ada, MONDAYS)
      await completeOn(ada, task, '2026-11-02')
      const [next] = (await open(ada)) as [Task]
      await change(ada, next)
      await complete(ada, task, { completed: false })
      const ids = (await open(ada)).map(({ id }) => id)
      expect(ids).toContain(next.id)
      expect(ids).toContain(task.id)
      await completeOn(ada, task, '2026-11-02')
      expect((await open(ada)).map(({ id }) => id)).toEqual(ids.filter((id) => id !== task.id))
    }
  })

  test('reopening takes the copies of the subtasks away, too', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, MONDAYS)
    const parent = await ada.addTask({ parent_id: task.id, title: 'a' })
    await ada.addTask({ parent_id: parent.id, title: 'b' })
    await completeOn(ada, task, '2026-11-02')
    expect(await open(ada)).toHaveLength(5)
    await complete(ada, task, { completed: false })
    expect((await open(ada)).map(({ title }) => title).sort()).toEqual(['Standup', 'a', 'b'])
    const trash = await ada.send<Schemas['TaskPage']>(`${ada.tasks}?trashed=true`)
    expect(trash.body.items).toEqual([])
  })

  test('a next task in the trash comes back', async () => {
    const ada = await newPerson(service.url)
    const task = await recurring(ada, MONDAYS)
    await completeOn(ada, task, '2026-11-02')
    const [next] = (await open(ada)) as [Task]
    await ada.send(`${ada.tasks}/${next.id}`, { method: 'DELETE' })
    await complete(ada, task, { completed: false })
    await completeOn(ada, task, '2026-11-02')
    expect((await open(ada)).map(({ id }) => id)).toEqual([next.id])
  })

  test('a stale If-Match and a full account complete nothing', async () => {
    const full = await startService({ environment: { QUOTA_TASKS: '1' } })
    const ada = await newPerson(full.url)
    const task = await recurring(ada, MONDAYS)
    const stale = await complete(ada, task, { completed: true }, { 'if-match': '"0"' })
    expect(stale.status).toBe(412)
    expect((await complete(ada, task, { completed: true })).body.code).toBe('quota_exceeded')
    expect(await open(ada)).toEqual([task])
  })

  test('completed early, counted from the completion, a task is followed by another', async () => {
    const ada = await newPerson(service.url)
    const rule = { rule: 'FREQ=DAILY', from: 'completion' } as const
    let task = await recurring(ada, rule, { due_date: '2026-11-02' })
    for (let round = 0; round < 3; round += 1) {
      const { body } = await completeOn(ada, task, '2026-11-02')
      const [next] = (await open(ada)) as [Task]
      expect([body.next_task_id, next.due_date]).toEqual([next.id, '2026-11-03'])
      expect(next.id).not.toBe(task.id)
      task = next
    }
    await complete(ada, task, { completed: true })
    await complete(ada, task, { completed: false })
    expect((await open(ada)).map(({ id }) => id)).toEqual([task.id])
  })

  test('moved to a date that the series had before, a task is followed by another', async () => {
    const ada = await newPerson(service.url)
    const first = await recurring(ada, { rule: 'FREQ=WEEKLY', missed: 'keep' })
    await completeOn(ada, first, '2026-11-02')
    const [second] = (await open(ada)) as [Task]
    await patchTask(ada, second, { due_date: '2026-11-02' })
    await completeOn(ada, second, '2026-11-02')
    const [third] = (await open(ada)) as [Task]
    expect(third.due_date).toBe('2026-11-09')
  })
})
