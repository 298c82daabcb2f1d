import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { contract } from '../../contract/document.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Task = components['schemas']['Task']
type Problem = components['schemas']['Problem']

const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

describe('updateTask', () => {
  const patch = (id: string, json: unknown, headers: Record<string, string> = MERGE_PATCH) =>
    ada.send<Task>(`${ada.tasks}/${id}`, { method: 'PATCH', json, headers })

  test('200: a member that is sent is written, one that is not sent is kept', async () => {
    const task = await ada.addTask({ description: 'Before noon' })
    const { status, headers, body } = await patch(task.id, { title: 'Pay the parking' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...task,
      title: 'Pay the parking',
      updated_at: expect.any(String),
      etag: expect.any(String),
    })
    expect(body.etag).not.toBe(task.etag)
    expect(headers.get('etag')).toBe(body.etag)
    expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(body)
  })

  test('200: null clears the description', async () => {
    const task = await ada.addTask({ description: 'Before noon' })
    expect((await patch(task.id, { description: null })).body.description).toBeNull()
  })

  test('200: application/json is taken too', async () => {
    const task = await ada.addTask()
    expect((await patch(task.id, { completed: true }, {})).body.completed).toBe(true)
  })

  test('200: completing twice keeps the time of the first, opening clears it', async () => {
    const task = await ada.addTask()
    const done = (await patch(task.id, { completed: true })).body
    expect((await patch(task.id, { completed: true })).body).toEqual(done)
    expect((await patch(task.id, { completed: false })).body).toMatchObject({
      completed: false,
      completed_at: null,
    })
  })

  test('200: what changes nothing leaves updated_at and etag as they are', async () => {
    const task = await ada.addTask({ description: 'Before noon' })
    for (const nothing of [
      {},
      { title: task.title },
      { description: 'Before noon', completed: false },
    ])
      expect((await patch(task.id, nothing)).body).toEqual(task)
  })

  test('412: a stale If-Match changes nothing and gets the current ETag', async () => {
    const task = await ada.addTask()
    const { body: newer } = await patch(task.id, { title: 'Second' })
    for (const stale of [task.etag, `W/${newer.etag}`]) {
      const { status, headers, body } = await patch(
        task.id,
        { title: 'Third' },
        { ...MERGE_PATCH, 'if-match': stale },
      )
      expect([status, headers.get('etag'), (body as unknown as Problem).code]).toEqual([
        412,
        newer.etag,
        'version_stale',
      ])
    }
    expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(newer)
    expect(
      (
        await patch(
          task.id,
          { title: 'Third' },
          { ...MERGE_PATCH, 'if-match': `"0", ${newer.etag}` },
        )
      ).status,
    ).toBe(200)
    expect(
      (await patch(task.id, { title: 'Fourth' }, { ...MERGE_PATCH, 'if-match': '*' })).status,
    ).toBe(200)
  })

  test.each([
    ['title null', { title: null }, 'type'],
    ['completed null', { completed: null }, 'type'],
    ['an unknown member', { titel: 'x' }, 'unknown_member'],
    ['a readOnly member', { completed_at: null }, 'read_only'],
  ])('422: %s', async (_, json, code) => {
    const task = await ada.addTask()
    const { status, body } = await patch(task.id, json)
    expect([status, (body as unknown as Problem).errors?.[0]?.code]).toEqual([422, code])
    expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(task)
  })

  test('404: no such task', async () =>
    expect((await patch(NOBODYS, { title: 'x' })).status).toBe(404))

  test('415: another media type is refused, with Accept-Patch (rules 14, 20)', async () => {
    const { status, headers } = await patch(
      NOBODYS,
      { title: 'x' },
      { 'content-type': 'application/json-patch+json' },
    )
    expect([status, headers.get('accept-patch')]).toEqual([
      415,
      'application/merge-patch+json, application/json',
    ])
  })
})

type Members = Record<string, unknown>
/** For every member that can be written: what a task has before, and what is sent for it. */
const WRITABLE: Record<string, { before: Members[]; values: unknown[]; isRequired?: true }> = {
  title: {
    before: [{}, { title: 'Second' }],
    values: ['Pay the rent', 'Second', '👍'],
    isRequired: true,
  },
  // What it does to the other members is tested with recurrence.
  recurrence: { before: [{}], values: [] },
  // Moves between lists are tested with the lists, those between parents with the subtasks.
  list_id: { before: [{}], values: [] },
  parent_id: { before: [{}], values: [] },
  starts_on: { before: [{}, { starts_on: '2026-11-30' }], values: ['2026-11-30', '2028-02-29'] },
  description: {
    before: [{}, { description: '' }, { description: 'Before noon' }],
    values: ['', 'Before noon', 'At noon'],
  },
  completed: { before: [{}, { completed: true }], values: [true, false], isRequired: true },
  priority: {
    before: [{}, { priority: 'low' }],
    values: ['none', 'low', 'high'],
    isRequired: true,
  },
  labels: {
    before: [{}, { labels: ['b', 'a'] }],
    values: [[], ['a', 'b'], ['b', 'a'], ['c']],
    isRequired: true,
  },
  due_date: {
    before: [{}, { due_date: '2026-12-01' }, { due_date: '2026-12-01', due_time: '12:00' }],
    values: ['2026-12-01', '2028-02-29'],
  },
  due_time: {
    before: [
      {},
      { due_date: '2026-12-01' },
      { due_date: '2026-12-01', due_time: '12:00' },
      { due_date: '2026-12-01', due_time: '12:00', due_time_zone: 'UTC' },
    ],
    values: ['12:00', '00:00', '23:59'],
  },
  due_time_zone: {
    before: [
      {},
      { due_date: '2026-12-01', due_time: '12:00' },
      { due_date: '2026-12-01', due_time: '12:00', due_time_zone: 'Europe/Berlin' },
    ],
    values: ['Europe/Berlin', 'Asia/Kolkata'],
  },
}

/** What a merge patch must make of a task; undefined: it is refused. */
function patched(task: Task, member: string, value: unknown): Task | undefined {
  if (value === null && WRITABLE[member]?.isRequired) return undefined
  const next = { ...task, [member]: value } as Task
  if ((next.due_time && !next.due_date) || (next.due_time_zone && !next.due_time)) return undefined
  return next
}

describe('updateTask: every member, absent, null, set, over every value (rule 20)', () => {
  test('every member that the contract lets be written is below', () => {
    expect(Object.keys(WRITABLE).sort()).toEqual(
      Object.keys(contract.components.schemas.TaskUpdate?.properties ?? {}).sort(),
    )
  })

  const cases = Object.entries(WRITABLE).flatMap(([member, { before, values }]) =>
    before.map((start) => ({ member, start, values })),
  )
  test.each(cases)('$member, before: $start', async ({ member, start, values }) => {
    const send = (id: string, json: object) =>
      ada.send<Task>(`${ada.tasks}/${id}`, { method: 'PATCH', json, headers: MERGE_PATCH })
    for (const value of [undefined, null, ...values]) {
      const task = await ada.addTask(start)
      const { status, body } = await send(task.id, value === undefined ? {} : { [member]: value })
      const next = value === undefined ? task : patched(task, member, value)
      const after = (await ada.send<Task>(`${ada.tasks}/${task.id}`)).body
      if (!next) {
        expect([value, status, (body as unknown as Problem).errors?.[0]?.pointer]).toEqual([
          value,
          422,
          `/${member}`,
        ])
        expect(after).toEqual(task)
      } else if (JSON.stringify(next) === JSON.stringify(task)) {
        // Not even updated_at and etag.
        expect([value, status, body, after]).toEqual([value, 200, task, task])
      } else {
        const { updated_at, etag, completed_at } = body
        expect([value, status, body]).toEqual([
          value,
          200,
          { ...next, updated_at, etag, completed_at: next.completed ? completed_at : null },
        ])
        expect([etag === task.etag, updated_at >= task.updated_at, completed_at !== null]).toEqual([
          false,
          true,
          next.completed,
        ])
        expect(after).toEqual(body)
      }
    }
  })

  test('200: all members at once, and all cleared at once', async () => {
    const task = await ada.addTask()
    const all = {
      title: 'x',
      description: 'y',
      completed: true,
      priority: 'high',
      labels: ['z'],
      starts_on: '2026-11-30',
      due_date: '2026-12-01',
      due_time: '12:00',
      due_time_zone: 'UTC',
    }
    const send = (json: object) =>
      ada.send<Task>(`${ada.tasks}/${task.id}`, { method: 'PATCH', json })
    expect((await send(all)).body).toMatchObject(all)
    const none = {
      description: null,
      completed: false,
      priority: 'none',
      labels: [],
      starts_on: null,
      due_date: null,
      due_time: null,
      due_time_zone: null,
    }
    expect((await send(none)).body).toMatchObject({ ...none, title: 'x' })
  })
})

test('412: of two writers with one If-Match exactly one wins, 200 times (rule 21)', async () => {
  let task = await ada.addTask()
  for (let round = 0; round < 200; round += 1) {
    const headers = { 'if-match': task.etag }
    const patch = () =>
      ada.send<Task>(`${ada.tasks}/${task.id}`, {
        method: 'PATCH',
        json: { title: `Round ${round}` },
        headers,
      })
    const toggle = () =>
      ada.send<Task>(`${ada.tasks}/${task.id}/complete`, { method: 'PATCH', headers })
    const responses = await Promise.all([patch(), round % 2 === 0 ? patch() : toggle()])
    const [won, lost] = responses.sort((a, b) => a.status - b.status) as [
      (typeof responses)[0],
      (typeof responses)[0],
    ]
    expect([round, won.status, lost.status, lost.headers.get('etag')]).toEqual([
      round,
      200,
      412,
      won.body.etag,
    ])
    task = won.body
  }
  expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(task)
})
