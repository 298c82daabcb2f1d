import { afterAll, beforeAll, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'
import { fillTasks } from '../../testing/data/fill.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Problem = Schemas['Problem']

const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const remove = (person: Person, id: string, headers: Record<string, string> = {}) =>
  person.send(`${person.tasks}/${id}`, { method: 'DELETE', headers })
const restore = (person: Person, id: string, headers: Record<string, string> = {}) =>
  person.send<Task>(`${person.tasks}/${id}/restore`, { method: 'POST', headers })
const list = async (person: Person, query = '') =>
  (await person.send<Schemas['TaskPage']>(`${person.tasks}?limit=200${query}`)).body
const empty = (person: Person, headers: Record<string, string> = {}) =>
  person.send<Schemas['TrashEmptied']>(`/api/${person.id}/trash`, { method: 'DELETE', headers })

test('204: a deleted task is in the trash only, and only restoreTask reaches it', async () => {
  const ada = await newPerson(service.url)
  const [task, other] = [
    await ada.addTask({ labels: ['home'], due_date: '2020-01-01' }),
    await ada.addTask(),
  ]
  expect((await remove(ada, task.id)).status).toBe(204)
  expect((await list(ada)).items).toEqual([other])
  const [trashed] = (await list(ada, '&trashed=true')).items
  expect(trashed).toEqual({
    ...task,
    trashed_at: expect.any(String),
    updated_at: trashed?.trashed_at,
    etag: '"3"',
  })
  const path = `${ada.tasks}/${task.id}`
  for (const [suffix, init] of [
    ['', {}],
    ['', { method: 'PATCH', json: { title: 'x' } }],
    ['', { method: 'DELETE' }],
    ['/complete', { method: 'PATCH' }],
    ['/move', { method: 'POST', json: { to: 'top' } }],
  ] as const)
    expect((await ada.send(`${path}${suffix}`, init)).status).toBe(404)
  const { body } = await ada.send<Problem>(`${ada.tasks}/${other.id}/move`, {
    method: 'POST',
    json: { before: task.id },
  })
  expect(body.errors?.[0]?.pointer).toBe('/before')
  expect((await ada.send(`/api/${ada.id}/task-counts`)).body).toMatchObject({
    open: 1,
    done: 0,
    overdue: 0,
    labels: [],
  })
})

test('200: a restored task is as before, with a new version; once only', async () => {
  const ada = await newPerson(service.url)
  const [first, task, last] = [
    await ada.addTask(),
    await ada.addTask({ completed: true, due_date: '2031-01-01', labels: ['a'] }),
    await ada.addTask(),
  ]
  await remove(ada, task.id)
  const { status, headers, body } = await restore(ada, task.id)
  expect([status, headers.get('etag')]).toEqual([200, '"5"'])
  expect(body).toEqual({ ...task, updated_at: expect.any(String), etag: '"5"' })
  expect((await list(ada, '&sort=position')).items.map(({ id }) => id)).toEqual([
    first.id,
    task.id,
    last.id,
  ])
  expect((await restore(ada, task.id)).body).toEqual(body)
})

test("404, 412: a missing task, another user's, a stale version", async () => {
  const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
  const [hers, his] = [await ada.addTask(), await bob.addTask()]
  await remove(ada, hers.id)
  await remove(bob, his.id)
  for (const id of [NOBODYS, his.id]) expect((await restore(ada, id)).status).toBe(404)
  const { status, headers } = await restore(ada, hers.id, { 'if-match': hers.etag })
  expect([status, headers.get('etag')]).toEqual([412, '"2"'])
  expect((await list(ada, '&trashed=true')).total).toBe(1)
  expect((await restore(ada, hers.id, { 'if-match': '"2"' })).status).toBe(200)
  expect((await list(bob, '&trashed=true')).total).toBe(1)
})

test('200: filters and sorts hold in the trash too', async () => {
  const ada = await newPerson(service.url)
  for (const fields of [
    { title: 'A', completed: true },
    { title: 'B', labels: ['x'] },
    { title: 'C', due_date: '2020-01-01' },
  ])
    await remove(ada, (await ada.addTask(fields)).id)
  await ada.addTask({ title: 'not there' })
  const titles = async (query: string) =>
    (await list(ada, `&trashed=true${query}`)).items.map(({ title }) => title).join('')
  expect(await titles('&sort=title')).toBe('ABC')
  expect(await titles('&sort=-updated_at')).toBe('CBA')
  expect(await titles('&completed=true')).toBe('A')
  expect(await titles('&completed=false&sort=title')).toBe('BC')
  expect(await titles('&label=x')).toBe('B')
  expect(await titles('&due=overdue')).toBe('C')
  const { status, body } = await ada.send<Problem>(`${ada.tasks}?trashed=maybe`)
  expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/trashed'])
})

test('200, 409: an id in the trash is taken', async () => {
  const ada = await newPerson(service.url)
  const task = await ada.addTask({ title: 'Once' })
  await remove(ada, task.id)
  const create = (title: string) =>
    ada.send<Task>(ada.tasks, { method: 'POST', json: { id: task.id, title } })
  const again = await create('Once')
  expect([again.status, again.body.trashed_at]).toEqual([200, expect.any(String)])
  expect((await create('Twice')).status).toBe(409)
})

test('200: purges the trash, at most 1,000 tasks a request, and no other task', async () => {
  const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
  await fillTasks(service.database, ada.id, 1_300)
  await service.database.rows(
    sql.unsafe`update tasks set trashed_at = now()
      where user_id = ${ada.id}::uuid and version <= 1200`,
  )
  await remove(bob, (await bob.addTask()).id)
  const first = await empty(ada)
  expect([first.status, first.body]).toEqual([200, { purged: 1_000, is_empty: false }])
  expect((await empty(ada)).body).toEqual({ purged: 200, is_empty: true })
  expect((await empty(ada)).body).toEqual({ purged: 0, is_empty: true })
  expect((await list(ada)).total).toBe(100)
  expect((await list(bob, '&trashed=true')).total).toBe(1)
  const [left] = (await list(ada)).items
  expect((await restore(ada, NOBODYS)).status).toBe(404)
  expect(left?.trashed_at).toBeNull()
})

test('200, 422: emptying with a key is done once', async () => {
  const ada = await newPerson(service.url)
  const key = { 'idempotency-key': 'empty' }
  await remove(ada, (await ada.addTask()).id)
  expect((await empty(ada, key)).body).toEqual({ purged: 1, is_empty: true })
  await remove(ada, (await ada.addTask()).id)
  const again = await empty(ada, key)
  expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([
    { purged: 1, is_empty: true },
    'true',
  ])
  expect((await list(ada, '&trashed=true')).total).toBe(1)
  expect(
    (await ada.send(ada.tasks, { method: 'POST', json: { title: 'x' }, headers: key })).status,
  ).toBe(422)
})

test('200: restores, deletes and emptyings at once lose no task', async () => {
  const ada = await newPerson(service.url)
  for (let round = 0; round < 10; round += 1) {
    const tasks = await Promise.all(Array.from({ length: 8 }, () => ada.addTask()))
    await Promise.all(tasks.map(({ id }) => remove(ada, id)))
    const responses = await Promise.all([
      ...tasks.map(({ id }) => restore(ada, id)),
      ...tasks.map(({ id }) => remove(ada, id)),
      ...Array.from({ length: 4 }, () => empty(ada)),
    ])
    for (const { status } of responses) expect([200, 204, 404]).toContain(status)
  }
  const [there, trash] = [await list(ada), await list(ada, '&trashed=true')]
  const feed = (await ada.send<Schemas['Changes']>(`/api/${ada.id}/changes?limit=200`)).body
  expect(feed.items.map(({ id }) => id).sort()).toEqual(
    [...there.items, ...trash.items].map(({ id }) => id).sort(),
  )
})
