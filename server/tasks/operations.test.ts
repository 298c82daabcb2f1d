import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Task = components['schemas']['Task']
type TaskList = components['schemas']['TaskList']
type Problem = components['schemas']['Problem']

const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' }

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

describe('createTask', () => {
  beforeAll(async () => {
    ada = await newPerson(service.url)
  })

  test('201: answers the whole task, with Location and the ETag it carries, and getTask finds it there', async () => {
    const { status, headers, body } = await ada.send<Task>(ada.tasks, { method: 'POST', json: { title: 'Pay the rent', description: 'Before noon' } })
    expect(status).toBe(201)
    expect(body).toMatchObject({ user_id: ada.id, title: 'Pay the rent', description: 'Before noon', completed: false, completed_at: null })
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(headers.get('etag')).toBe(body.etag)
    expect(headers.get('location')).toBe(`${ada.tasks}/${body.id}`)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect((await ada.send(headers.get('location') as string)).body).toEqual(body)
  })

  test('201: a task may be born completed', async () => {
    const { completed, completed_at } = await ada.addTask({ completed: true })
    expect({ completed, completed_at }).toEqual({ completed: true, completed_at: expect.stringMatching(/Z$/) })
  })

  test('201: emoji, right-to-left text and combining marks come back unchanged, and 200 code points fit', async () => {
    for (const title of ['👩‍👩‍👧 שלום e\u0301', '😀'.repeat(200)]) expect((await ada.addTask({ title })).title).toBe(title)
  })

  test('422: names every broken member by pointer and code', async () => {
    const { status, body } = await ada.send<Problem>(ada.tasks, { method: 'POST', json: { title: 'x'.repeat(201), description: 7, 'a/b~c': 1, etag: '"1"' } })
    expect(status).toBe(422)
    expect(body.code).toBe('invalid_body')
    expect(body.errors?.map(({ in: part, pointer, code }) => `${part} ${pointer} ${code}`).sort()).toEqual([
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
    ['201 code points', { title: '😀'.repeat(201) }, '/title'],
    ['NUL in the description', { title: 'a', description: '\u0000' }, '/description'],
    ['a list for a body', [], ''],
    ['null for a body', null, ''],
  ])('422: %s is refused, and no task is made', async (_, json, pointer) => {
    const before = await ada.send<TaskList>(ada.tasks)
    const { status, body } = await ada.send<Problem>(ada.tasks, { method: 'POST', json })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
    expect((await ada.send<TaskList>(ada.tasks)).body.total).toBe(before.body.total)
  })

  test('422: at most 20 errors are shown, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, 1]))
    const { body } = await ada.send<Problem>(ada.tasks, { method: 'POST', json: { title: 'a', ...many } })
    expect(body.errors).toHaveLength(20)
  })

  test('422: a body that is missing is named', async () => {
    const { status, body } = await ada.send<Problem>(ada.tasks, { method: 'POST' })
    expect([status, body.errors?.[0]?.code]).toEqual([422, 'required'])
  })
})

describe('listTasks', () => {
  test('200: an empty list is a list', async () => {
    const bob = await newPerson(service.url, 'bob')
    expect((await bob.send(bob.tasks)).body).toEqual({ items: [], total: 0, total_is_exact: true, next_cursor: null })
  })

  test('200: newest first, and a walk sees every task once and carries the first total on', async () => {
    const bob = await newPerson(service.url, 'bob')
    const made: string[] = []
    for (let count = 0; count < 7; count += 1) made.unshift((await bob.addTask({ title: `Task ${count}` })).id)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: TaskList = (await bob.send<TaskList>(`${bob.tasks}?limit=3${cursor ? `&cursor=${cursor}` : ''}`)).body
      expect([page.total, page.total_is_exact]).toEqual([7, true])
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor
      if (seen.length === 3) await bob.addTask({ title: 'Arrived during the walk' })
    } while (cursor)
    expect(seen).toEqual(made)
  })

  test('200: a page that ends exactly at the end says so', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask()
    expect((await bob.send<TaskList>(`${bob.tasks}?limit=1`)).body.next_cursor).toBeNull()
  })

  test('200: beyond 1,000 tasks the total says that it is not exact', async () => {
    const bob = await newPerson(service.url, 'bob')
    const { sql } = await import('../database/live-caller.ts')
    const fill = (from: number, to: number) =>
      service.database.rows(sql.unsafe`
      insert into tasks select ${bob.id}::uuid, gen_random_uuid(), n, 'Task ' || n, null, null, now(), now() from generate_series(${from}::int, ${to}::int) n`)
    await fill(1, 1_000)
    expect((await bob.send<TaskList>(bob.tasks)).body).toMatchObject({ total: 1_000, total_is_exact: true })
    await fill(1_001, 1_001)
    const first = (await bob.send<TaskList>(`${bob.tasks}?limit=200`)).body
    expect(first).toMatchObject({ total: 1_000, total_is_exact: false })
    expect((await bob.send<TaskList>(`${bob.tasks}?cursor=${first.next_cursor}`)).body).toMatchObject({ total: 1_000, total_is_exact: false })
  })

  test.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=Infinity',
    'limit=1e1',
    'limit=0x10',
    'limit=01',
    'limit=%201',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'limit[]=1',
    '[limit]=1',
    'page=2',
    'cursor=',
  ])('400: ?%s is refused, never clamped or ignored', async (query) => {
    const { status, body } = await ada.send<Problem>(`${ada.tasks}?${query}`)
    expect([status, body.code, body.errors?.[0]?.in]).toEqual([400, 'invalid_request', 'query'])
  })

  test("400: a cursor that was changed, or is somebody else's, is refused", async () => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    for (const person of [bob, eve]) for (let count = 0; count < 2; count += 1) await person.addTask()
    const cursor = (await bob.send<TaskList>(`${bob.tasks}?limit=1`)).body.next_cursor as string
    const [payload, mac] = cursor.split('.') as [string, string]
    const forged = `${Buffer.from(Buffer.from(payload, 'base64url').toString().replace('2', '1')).toString('base64url')}.${mac}`
    for (const [person, text] of [
      [eve, cursor],
      [bob, forged],
      [bob, payload],
      [bob, `${cursor}.${mac}`],
      [bob, 'abc'],
    ] as const) {
      const { status, body } = await person.send<Problem>(`${person.tasks}?cursor=${text}`)
      expect([status, body.code]).toEqual([400, 'cursor_invalid'])
    }
    expect((await bob.send(`${bob.tasks}?cursor=${cursor}`)).status).toBe(200)
  })
})

describe('getTask', () => {
  test('304: If-None-Match with the current ETag, weak or among others, costs no body', async () => {
    const task = await ada.addTask()
    for (const tag of [task.etag, `W/${task.etag}`, `"0", ${task.etag}`, '*']) {
      const { status, headers, body } = await ada.send(`${ada.tasks}/${task.id}`, { headers: { 'if-none-match': tag } })
      expect([status, headers.get('etag'), body]).toEqual([304, task.etag, ''])
    }
    expect((await ada.send(`${ada.tasks}/${task.id}`, { headers: { 'if-none-match': '"0"' } })).status).toBe(200)
  })

  test('400: an If-None-Match that is no list of entity tags is named', async () => {
    const { status, body } = await ada.send<Problem>(`${ada.tasks}/${NOBODYS}`, { headers: { 'if-none-match': 'abc' } })
    expect([status, body.errors?.[0]?.in]).toEqual([400, 'header'])
  })

  test('400: a task id that is no UUID in lower case', async () => {
    for (const id of ['1', 'x'.repeat(36), NOBODYS.toUpperCase(), '%00', '%ff', '%zz', "'%20or%201=1"]) {
      expect([id, (await ada.send(`${ada.tasks}/${id}`)).status]).toEqual([id, 400])
    }
  })

  test("404: a missing task and somebody else's answer the same", async () => {
    const bob = await newPerson(service.url, 'bob')
    const theirs = await bob.addTask()
    const bodies = []
    for (const id of [NOBODYS, theirs.id]) {
      const { status, body } = await ada.send<Problem>(`${ada.tasks}/${id}`, { headers: { 'x-request-id': 'same' } })
      expect([status, body.code]).toEqual([404, 'task_not_found'])
      bodies.push(body)
    }
    expect(bodies[0]).toEqual(bodies[1])
  })

  test('HEAD answers like GET, without the body', async () => {
    const task = await ada.addTask()
    const { status, headers, body } = await ada.send(`${ada.tasks}/${task.id}`, { method: 'HEAD' })
    expect([status, headers.get('etag'), body]).toEqual([200, task.etag, ''])
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100)
  })
})

describe('updateTask', () => {
  const patch = (id: string, json: unknown, headers: Record<string, string> = MERGE_PATCH) =>
    ada.send<Task>(`${ada.tasks}/${id}`, { method: 'PATCH', json, headers })

  test('200: a member that is sent is written, one that is not sent is kept', async () => {
    const task = await ada.addTask({ description: 'Before noon' })
    const { status, headers, body } = await patch(task.id, { title: 'Pay the parking' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ ...task, title: 'Pay the parking', updated_at: expect.any(String), etag: expect.any(String) })
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
    expect((await patch(task.id, { completed: false })).body).toMatchObject({ completed: false, completed_at: null })
  })

  test('200: what changes nothing leaves updated_at and etag as they are', async () => {
    const task = await ada.addTask({ description: 'Before noon' })
    for (const nothing of [{}, { title: task.title }, { description: 'Before noon', completed: false }])
      expect((await patch(task.id, nothing)).body).toEqual(task)
  })

  test('412: a stale If-Match changes nothing and tells the current ETag; the current one and * pass', async () => {
    const task = await ada.addTask()
    const { body: newer } = await patch(task.id, { title: 'Second' })
    for (const stale of [task.etag, `W/${newer.etag}`]) {
      const { status, headers, body } = await patch(task.id, { title: 'Third' }, { ...MERGE_PATCH, 'if-match': stale })
      expect([status, headers.get('etag'), (body as unknown as Problem).code]).toEqual([412, newer.etag, 'version_stale'])
    }
    expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(newer)
    expect((await patch(task.id, { title: 'Third' }, { ...MERGE_PATCH, 'if-match': `"0", ${newer.etag}` })).status).toBe(200)
    expect((await patch(task.id, { title: 'Fourth' }, { ...MERGE_PATCH, 'if-match': '*' })).status).toBe(200)
  })

  test('412: of two writers with the same If-Match exactly one wins, every time', async () => {
    let task = await ada.addTask()
    for (let round = 0; round < 25; round += 1) {
      const ifMatch = { ...MERGE_PATCH, 'if-match': task.etag }
      const answers = await Promise.all(['left', 'right'].map((title) => patch(task.id, { title: `${title} ${round}` }, ifMatch)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
      const [won, lost] = answers.sort((a, b) => a.status - b.status) as [(typeof answers)[0], (typeof answers)[0]]
      expect(lost.headers.get('etag')).toBe(won.body.etag)
      task = won.body
    }
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

  test('404: no such task', async () => expect((await patch(NOBODYS, { title: 'x' })).status).toBe(404))

  test('415: another media type is refused, with Accept-Patch', async () => {
    const { status, headers } = await patch(NOBODYS, { title: 'x' }, { 'content-type': 'application/json-patch+json' })
    expect([status, headers.get('accept-patch')]).toEqual([415, 'application/merge-patch+json, application/json'])
  })
})

describe('toggleTaskCompletion', () => {
  const complete = (id: string, init: { json?: unknown; headers?: Record<string, string> } = {}) =>
    ada.send<Task>(`${ada.tasks}/${id}/complete`, { method: 'PATCH', ...init })

  test('200: without a body it toggles', async () => {
    const task = await ada.addTask()
    expect((await complete(task.id)).body.completed).toBe(true)
    expect((await complete(task.id)).body).toMatchObject({ completed: false, completed_at: null })
  })

  test('200: with a body it sets, and repeats safely', async () => {
    const task = await ada.addTask()
    const first = await complete(task.id, { json: { completed: true } })
    expect((await complete(task.id, { json: { completed: true } })).body).toEqual(first.body)
  })

  test('200: eight toggles at once are eight toggles', async () => {
    const task = await ada.addTask()
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(task.id)))
    expect(answers.map(({ body }) => body.completed).sort()).toEqual([false, false, false, false, true, true, true, true])
    expect(new Set(answers.map(({ body }) => body.etag)).size).toBe(8)
  })

  test('404, 412, 422: a missing task, a stale version, a body that breaks the contract', async () => {
    const task = await ada.addTask()
    expect((await complete(NOBODYS)).status).toBe(404)
    expect((await complete(task.id, { headers: { 'if-match': '"0"' } })).status).toBe(412)
    expect((await complete(task.id, { json: {} })).status).toBe(422)
  })
})

describe('deleteTask', () => {
  const remove = (id: string, headers: Record<string, string> = {}) => ada.send<Problem>(`${ada.tasks}/${id}`, { method: 'DELETE', headers })

  test('204: the task is gone: read, change and delete answer 404', async () => {
    const task = await ada.addTask()
    const { status, body } = await remove(task.id)
    expect([status, body]).toEqual([204, ''])
    expect((await ada.send(`${ada.tasks}/${task.id}`)).status).toBe(404)
    expect((await ada.send(`${ada.tasks}/${task.id}`, { method: 'PATCH', json: {} })).status).toBe(404)
    expect((await remove(task.id)).status).toBe(404)
  })

  test('412: a stale If-Match deletes nothing; the current one deletes', async () => {
    const task = await ada.addTask()
    expect((await remove(task.id, { 'if-match': '"0"' })).headers.get('etag')).toBe(task.etag)
    expect((await remove(task.id, { 'if-match': task.etag })).status).toBe(204)
  })
})

test('every write of a user takes the next version of one clock, and versions never repeat', async () => {
  const bob = await newPerson(service.url, 'bob')
  const tasks = await Promise.all(Array.from({ length: 12 }, () => bob.addTask()))
  const toggled = await Promise.all(tasks.map(({ id }) => bob.send<Task>(`${bob.tasks}/${id}/complete`, { method: 'PATCH' })))
  const deleted = await Promise.all(tasks.slice(1).map(({ id }) => bob.send(`${bob.tasks}/${id}`, { method: 'DELETE' })))
  expect(new Set(deleted.map(({ status }) => status))).toEqual(new Set([204]))
  const last = (await bob.send<Task>(`${bob.tasks}/${tasks[0]?.id}/complete`, { method: 'PATCH' })).body
  expect(last.etag).toBe('"36"')
  const versions = [...tasks, ...toggled.map(({ body }) => body)].map(({ etag }) => Number(JSON.parse(etag)))
  expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
})
