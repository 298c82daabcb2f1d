import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Task = components['schemas']['Task']
type TaskPage = components['schemas']['TaskPage']
type Problem = components['schemas']['Problem']

const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

describe('createTask', () => {
  test('201: the whole task, with Location and ETag, as getTask reads it (rule 19)', async () => {
    const { status, headers, body } = await ada.send<Task>(ada.tasks, {
      method: 'POST',
      json: { title: 'Pay the rent', description: 'Before noon' },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      user_id: ada.id,
      title: 'Pay the rent',
      description: 'Before noon',
      completed: false,
      completed_at: null,
    })
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(headers.get('etag')).toBe(body.etag)
    expect(headers.get('location')).toBe(`${ada.tasks}/${body.id}`)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect((await ada.send(headers.get('location') as string)).body).toEqual(body)
  })

  test('201: a task may be born completed', async () => {
    const { completed, completed_at } = await ada.addTask({ completed: true })
    expect({ completed, completed_at }).toEqual({
      completed: true,
      completed_at: expect.stringMatching(/Z$/),
    })
  })

  test('201: text of all scripts comes back unchanged, up to 500 code points', async () => {
    for (const title of ['👩‍👩‍👧 שלום e\u0301', '😀'.repeat(500)])
      expect((await ada.addTask({ title })).title).toBe(title)
  })

  test('422: names every broken member by pointer and code (rules 8, 24)', async () => {
    const { status, body } = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      json: { title: 'x'.repeat(501), description: 7, 'a/b~c': 1, etag: '"1"' },
    })
    expect(status).toBe(422)
    expect(body.code).toBe('invalid_body')
    expect(
      body.errors?.map(({ in: part, pointer, code }) => `${part} ${pointer} ${code}`).sort(),
    ).toEqual([
      'body /a~1b~0c unknown_member',
      'body /description type',
      'body /etag read_only',
      'body /title max_length',
    ])
  })

  test.each([
    ['no title', {}, '/title'],
    ['blank', { title: '' }, '/title'],
    ['white space only', { title: ' \n ' }, '/title'],
    ['null', { title: null }, '/title'],
    ['NUL', { title: 'a\u0000b' }, '/title'],
    ['a lone surrogate', { title: 'a\ud800b' }, '/title'],
    ['501 code points', { title: '😀'.repeat(501) }, '/title'],
    ['NUL in the description', { title: 'a', description: '\u0000' }, '/description'],
    ['a list for a body', [], ''],
    ['null for a body', null, ''],
  ])('422: %s is refused, and no task is made', async (_, json, pointer) => {
    const before = await ada.send<TaskPage>(ada.tasks)
    const { status, body } = await ada.send<Problem>(ada.tasks, { method: 'POST', json })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
    expect((await ada.send<TaskPage>(ada.tasks)).body.total).toBe(before.body.total)
  })

  test('422: at most 20 errors are shown, however many there are (rule 8)', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, 1]))
    const { body } = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      json: { title: 'a', ...many },
    })
    expect(body.errors).toHaveLength(20)
  })

  test('422: a body that is missing is named', async () => {
    const { status, body } = await ada.send<Problem>(ada.tasks, { method: 'POST' })
    expect([status, body.errors?.[0]?.code]).toEqual([422, 'required'])
  })

  test('201: every member is kept as sent, labels in their order', async () => {
    const fields = {
      title: 'Pay the rent',
      description: null,
      completed: false,
      due_date: '2026-12-01',
      due_time: '12:00',
      due_time_zone: 'Europe/Berlin',
      priority: 'high' as const,
      labels: ['money', 'Home', 'بيت', '👩‍👩‍👧', 'e\u0301'],
    }
    expect(await ada.addTask(fields)).toMatchObject(fields)
    const plain = {
      description: null,
      due_date: null,
      due_time: null,
      due_time_zone: null,
      priority: 'none',
      labels: [],
    }
    expect(await ada.addTask({ title: 'Only that' })).toMatchObject(plain)
  })

  test('spellings of one label are one label, with the first spelling', async () => {
    const bob = await newPerson(service.url, 'bob')
    const spelt = ['Café', 'cafe', 'CAFE\u0301', 'ＣＡＦＥ', 'Straße', 'STRASSE']
    const { id, labels } = await bob.addTask({ labels: spelt })
    expect(labels).toEqual(['Café', 'Straße'])
    const update = await bob.send<Task>(`${bob.tasks}/${id}`, {
      method: 'PATCH',
      json: { labels: ['home', ...spelt] },
    })
    expect(update.body.labels).toEqual(['home', 'Café', 'Straße'])
    await bob.addTask({ title: 'Another', labels: ['cafe'] })
    for (const label of spelt.slice(0, 4)) {
      const { body } = await bob.send<{ total: number }>(
        `${bob.tasks}?label=${encodeURIComponent(label)}`,
      )
      expect([label, body.total]).toEqual([label, 2])
    }
    const all = await bob.send<{ total: number }>(
      `${bob.tasks}?label=STRASSE&label=cafe&label_match=all`,
    )
    expect(all.body.total).toBe(1)
    const counts = await bob.send<components['schemas']['TaskCounts']>(`/api/${bob.id}/task-counts`)
    expect(counts.body.labels).toEqual([
      { label: expect.stringMatching(/^(Café|cafe)$/), open: 2 },
      { label: 'home', open: 1 },
      { label: 'Straße', open: 1 },
    ])
  })

  test('201, 200, 409: a chosen id: new, same content, other content', async () => {
    const bob = await newPerson(service.url, 'bob')
    const fields = {
      id: uuidv7(),
      title: 'Offline',
      labels: ['home'],
      due_date: '2026-12-01',
      completed: true,
    }
    const create = (json: object) => bob.send<Task>(bob.tasks, { method: 'POST', json })
    const made = await create(fields)
    expect([made.status, made.body.id]).toEqual([201, fields.id])
    const again = await create(fields)
    expect([again.status, again.headers.get('location'), again.body]).toEqual([
      200,
      `${bob.tasks}/${fields.id}`,
      made.body,
    ])
    for (const other of [
      { title: 'Online' },
      { labels: [] },
      { completed: false },
      { due_date: null },
    ]) {
      const { status, body } = await create({ ...fields, ...other })
      expect([other, status, (body as unknown as Problem).code]).toEqual([
        other,
        409,
        'task_id_taken',
      ])
    }
    expect((await bob.send<TaskPage>(bob.tasks)).body.items).toEqual([made.body])
    expect((await ada.addTask({ id: fields.id, title: 'Of Ada' })).user_id).toBe(ada.id)
  })

  test('201, 200: eight creates with one id at once make one task', async () => {
    const fields = { id: uuidv7(), title: 'Offline' }
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => ada.send<Task>(ada.tasks, { method: 'POST', json: fields })),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 200, 200, 200, 201,
    ])
    expect(new Set(responses.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  test.each([
    [
      '21 labels',
      { labels: Array.from({ length: 21 }, (_, index) => `l${index}`) },
      '/labels',
      'max_items',
    ],
    ['a label twice', { labels: ['home', 'home'] }, '/labels', 'unique_items'],
    ['a blank label', { labels: ['home', ' '] }, '/labels/1', 'pattern'],
    ['a label of 61 code points', { labels: ['👍'.repeat(61)] }, '/labels/0', 'max_length'],
    ['NUL in a label', { labels: ['\u0000'] }, '/labels/0', 'pattern'],
    ['a lone surrogate in a label', { labels: ['\ud800'] }, '/labels/0', 'pattern'],
    ['a priority that is none', { priority: 'urgent' }, '/priority', 'enum'],
    ['an id that is no UUID', { id: '1' }, '/id', 'format'],
    ['a place of its own', { position: '5' }, '/position', 'read_only'],
  ])('422: %s is refused by pointer and code', async (_, member, pointer, code) => {
    const { status, body } = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      json: { title: 'x', ...member },
    })
    expect([status, body.errors?.map((error) => [error.pointer, error.code])]).toEqual([
      422,
      expect.arrayContaining([[pointer, code]]),
    ])
  })
})

describe('getTask', () => {
  test('304: If-None-Match with the current ETag, also weak or in a list (rule 18)', async () => {
    const task = await ada.addTask()
    for (const tag of [task.etag, `W/${task.etag}`, `"0", ${task.etag}`, '*']) {
      const { status, headers, body } = await ada.send(`${ada.tasks}/${task.id}`, {
        headers: { 'if-none-match': tag },
      })
      expect([status, headers.get('etag'), body]).toEqual([304, task.etag, ''])
    }
    expect(
      (await ada.send(`${ada.tasks}/${task.id}`, { headers: { 'if-none-match': '"0"' } })).status,
    ).toBe(200)
  })

  test('400: an If-None-Match that is no list of entity tags is named', async () => {
    const { status, body } = await ada.send<Problem>(`${ada.tasks}/${NOBODYS}`, {
      headers: { 'if-none-match': 'abc' },
    })
    expect([status, body.errors?.[0]?.in]).toEqual([400, 'header'])
  })

  test('400: a task id that is no UUID in lower case', async () => {
    for (const id of [
      '1',
      'x'.repeat(36),
      NOBODYS.toUpperCase(),
      '%00',
      '%ff',
      '%zz',
      "'%20or%201=1",
    ]) {
      expect([id, (await ada.send(`${ada.tasks}/${id}`)).status]).toEqual([id, 400])
    }
  })

  test("404: a missing task and another user's get the same response", async () => {
    const bob = await newPerson(service.url, 'bob')
    const theirs = await bob.addTask()
    const bodies = []
    for (const id of [NOBODYS, theirs.id]) {
      const { status, body } = await ada.send<Problem>(`${ada.tasks}/${id}`, {
        headers: { 'x-request-id': 'same' },
      })
      expect([status, body.code]).toEqual([404, 'task_not_found'])
      bodies.push(body)
    }
    expect(bodies[0]).toEqual(bodies[1])
  })

  test('HEAD answers like GET, without the body (rule 14)', async () => {
    const task = await ada.addTask()
    const { status, headers, body } = await ada.send(`${ada.tasks}/${task.id}`, { method: 'HEAD' })
    expect([status, headers.get('etag'), body]).toEqual([200, task.etag, ''])
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100)
  })
})

describe('toggleTaskCompletion', () => {
  const complete = (id: string, init: { json?: unknown; headers?: Record<string, string> } = {}) =>
    ada.send<Task>(`${ada.tasks}/${id}/complete`, { method: 'PATCH', ...init })

  test('200: without a body it toggles (rule 23)', async () => {
    const task = await ada.addTask()
    expect((await complete(task.id)).body.completed).toBe(true)
    expect((await complete(task.id)).body).toMatchObject({ completed: false, completed_at: null })
  })

  test('200: with a body it sets, and repeats safely (rule 23)', async () => {
    const task = await ada.addTask()
    const first = await complete(task.id, { json: { completed: true } })
    expect((await complete(task.id, { json: { completed: true } })).body).toEqual(first.body)
  })

  test('200: eight toggles at once are eight toggles', async () => {
    const task = await ada.addTask()
    const responses = await Promise.all(Array.from({ length: 8 }, () => complete(task.id)))
    expect(responses.map(({ body }) => body.completed).sort()).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(new Set(responses.map(({ body }) => body.etag)).size).toBe(8)
  })

  test('404, 412, 422: a missing task, a stale version, an invalid body', async () => {
    const task = await ada.addTask()
    expect((await complete(NOBODYS)).status).toBe(404)
    expect((await complete(task.id, { headers: { 'if-match': '"0"' } })).status).toBe(412)
    expect((await complete(task.id, { json: {} })).status).toBe(422)
  })
})

describe('deleteTask', () => {
  const remove = (id: string, headers: Record<string, string> = {}) =>
    ada.send<Problem>(`${ada.tasks}/${id}`, { method: 'DELETE', headers })

  test('204: the task is gone: read, change and delete answer 404 (rule 19)', async () => {
    const task = await ada.addTask()
    const { status, body } = await remove(task.id)
    expect([status, body]).toEqual([204, ''])
    expect((await ada.send(`${ada.tasks}/${task.id}`)).status).toBe(404)
    expect((await ada.send(`${ada.tasks}/${task.id}`, { method: 'PATCH', json: {} })).status).toBe(
      404,
    )
    expect((await remove(task.id)).status).toBe(404)
  })

  test('412: a stale If-Match deletes nothing; the current one deletes (rule 21)', async () => {
    const task = await ada.addTask()
    expect((await remove(task.id, { 'if-match': '"0"' })).headers.get('etag')).toBe(task.etag)
    expect((await remove(task.id, { 'if-match': task.etag })).status).toBe(204)
  })
})

test('every write takes the next version of its user, never one twice', async () => {
  const bob = await newPerson(service.url, 'bob')
  const tasks = await Promise.all(Array.from({ length: 12 }, () => bob.addTask()))
  const toggled = await Promise.all(
    tasks.map(({ id }) => bob.send<Task>(`${bob.tasks}/${id}/complete`, { method: 'PATCH' })),
  )
  const deleted = await Promise.all(
    tasks.slice(1).map(({ id }) => bob.send(`${bob.tasks}/${id}`, { method: 'DELETE' })),
  )
  expect(new Set(deleted.map(({ status }) => status))).toEqual(new Set([204]))
  const last = (await bob.send<Task>(`${bob.tasks}/${tasks[0]?.id}/complete`, { method: 'PATCH' }))
    .body
  expect(last.etag).toBe('"36"')
  const versions = [...tasks, ...toggled.map(({ body }) => body)].map(({ etag }) =>
    Number(JSON.parse(etag)),
  )
  expect(versions.sort((a, b) => a - b)).toEqual(
    Array.from({ length: 24 }, (_, index) => index + 1),
  )
})
