import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { fillTasks } from '../testing/data/fill.ts'
import { wrongUsage } from '../testing/data/usage.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']
type Label = Schemas['LabelSummary']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(async () => {
  expect(await wrongUsage(service.database)).toEqual([])
  await service.close()
})

const labelsOf = (person: Person) => `/api/${person.id}/labels`
const pathOf = (person: Person, name: string) => `${labelsOf(person)}/${encodeURIComponent(name)}`
const list = async (person: Person, query = '') =>
  (await person.send<Schemas['LabelPage']>(`${labelsOf(person)}?${query}`)).body
const change = (
  person: Person,
  name: string,
  json: Schemas['LabelUpdate'],
  headers: Record<string, string> = {},
) =>
  person.send<Schemas['LabelChanged'] & Problem>(pathOf(person, name), {
    method: 'PATCH',
    json,
    headers,
  })
const remove = (person: Person, name: string) =>
  person.send<Schemas['LabelChanged'] & Problem>(pathOf(person, name), { method: 'DELETE' })
const labelled = async (person: Person, query = '') =>
  Object.fromEntries(
    (await everyTask(person, 'title', query)).map(({ title, labels }) => [title, labels]),
  )
const changesOf = async (person: Person, since?: string) =>
  (
    await person.send<Schemas['Changes']>(
      `/api/${person.id}/changes${since === undefined ? '' : `?since=${since}`}`,
    )
  ).body
const bulk = (person: Person, operations: Schemas['Operation'][]) =>
  person.send<Schemas['OperationResults'] & Problem>(`/api/${person.id}/operations`, {
    method: 'POST',
    json: { operations },
  })

describe('the list of labels', () => {
  test('200: names in their order, with colour and tasks, in the usual spelling', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['Über', 'home'] })
    await bob.addTask({ labels: ['Home', 'zoo'] })
    await bob.addTask({ labels: ['Home'], completed: true })
    const trashed = await bob.addTask({ labels: ['gone', 'zoo'] })
    await bob.send(`${bob.tasks}/${trashed.id}`, { method: 'DELETE' })
    expect(await change(bob, 'zoo', { color: 'pink' })).toMatchObject({
      status: 200,
      body: { changed: 0, is_complete: true },
    })
    const all: Label[] = [
      { name: 'Home', color: 'gray', open: 2, done: 1 },
      { name: 'Über', color: 'gray', open: 1, done: 0 },
      { name: 'zoo', color: 'pink', open: 1, done: 0 },
    ]
    expect(await list(bob)).toEqual({
      items: all,
      total: 3,
      total_is_exact: true,
      next_cursor: null,
    })
    const paged: Label[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Schemas['LabelPage'] = await list(bob, `limit=1${cursor && `&cursor=${cursor}`}`)
      paged.push(...page.items)
      cursor = page.next_cursor
    }
    expect(paged).toEqual(all)
  })

  test('304: nothing has changed; 200: another colour is news', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['home'] })
    const first = await bob.send(labelsOf(bob))
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await bob.send(labelsOf(bob), { headers })).status).toBe(304)
    await change(bob, 'home', { color: 'red' })
    expect((await bob.send(labelsOf(bob), { headers })).status).toBe(200)
  })
})

describe('renaming a label', () => {
  test('200: every task has the new one, where the old one was, also in the trash', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['x', 'Home', 'y'] })
    await bob.addTask({ title: 'b', labels: ['HOME'], completed: true })
    await bob.addTask({ title: 'c', labels: ['house', 'home'] })
    await bob.addTask({ title: 'd', labels: ['x'] })
    const trashed = await bob.addTask({ title: 'e', labels: ['home'] })
    await bob.send(`${bob.tasks}/${trashed.id}`, { method: 'DELETE' })
    const { cursor } = await changesOf(bob)
    expect((await change(bob, 'home', { name: 'House' })).body).toEqual({
      changed: 4,
      is_complete: true,
    })
    expect(await labelled(bob)).toEqual({
      a: ['x', 'House', 'y'],
      b: ['House'],
      c: ['house'],
      d: ['x'],
    })
    expect(await labelled(bob, '&trashed=true')).toEqual({ e: ['House'] })
    expect((await changesOf(bob, cursor)).items).toHaveLength(4)
    expect((await change(bob, 'home', { name: 'x' })).body.code).toBe('label_not_found')
  })

  test('200: another spelling of the same label changes only what is spelled otherwise', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['home'] })
    await bob.addTask({ title: 'b', labels: ['Home'] })
    await change(bob, 'home', { color: 'red' })
    expect((await change(bob, 'HOME', { name: 'Home' })).body.changed).toBe(1)
    expect(await labelled(bob)).toEqual({ a: ['Home'], b: ['Home'] })
    expect((await list(bob)).items).toEqual([{ name: 'Home', color: 'red', open: 2, done: 0 }])
    const { cursor } = await changesOf(bob)
    expect((await change(bob, 'home', { name: 'Home', color: 'red' })).body.changed).toBe(0)
    expect((await changesOf(bob, cursor)).items).toEqual([])
  })

  test('200: the colour goes along, but not over that of the label it becomes one with', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['a', 'c'] })
    await change(bob, 'a', { color: 'red' })
    const { cursor, items } = await changesOf(bob)
    const color = items.find(({ type }) => type === 'label')
    await change(bob, 'a', { name: 'b' })
    expect((await list(bob)).items).toMatchObject([
      { name: 'b', color: 'red' },
      { name: 'c', color: 'gray' },
    ])
    await change(bob, 'c', { color: 'blue' })
    await change(bob, 'b', { name: 'c' })
    expect((await list(bob)).items).toEqual([{ name: 'c', color: 'blue', open: 1, done: 0 }])
    expect((await changesOf(bob, cursor)).items).toContainEqual({
      type: 'label',
      id: color?.id,
      value: null,
    })
    await change(bob, 'c', { name: 'd', color: 'green' })
    expect((await list(bob)).items).toEqual([{ name: 'd', color: 'green', open: 1, done: 0 }])
  })

  test('200: many tasks take several requests, and the last one says so', async () => {
    const bob = await newPerson(service.url, 'bob')
    await fillTasks(service.database, bob.id, 2_400)
    const before = await everyTask(bob)
    const steps = []
    for (let step = 0; step < 2; step += 1)
      steps.push((await change(bob, 'even', { name: 'odd', color: 'red' })).body)
    expect(steps).toEqual([
      { changed: 1_000, is_complete: false },
      { changed: 200, is_complete: true },
    ])
    expect((await change(bob, 'even', { name: 'odd' })).status).toBe(404)
    expect((await list(bob)).items).toEqual([{ name: 'odd', color: 'red', open: 800, done: 400 }])
    const after = await everyTask(bob)
    expect(new Set(after.map(({ etag }) => etag)).size).toBe(2_400)
    const plain = ({ etag, updated_at, labels, ...task }: Schemas['Task']) => task
    expect(after.map(plain)).toEqual(before.map(plain))
  }, 60_000)

  test('200: repeated under its key it is done once', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['a'] })
    const key = { 'idempotency-key': randomUUID() }
    const [first, again] = [
      await change(bob, 'a', { name: 'b' }, key),
      await change(bob, 'a', { name: 'b' }, key),
    ]
    expect([first.body, again.body]).toEqual([
      { changed: 1, is_complete: true },
      { changed: 1, is_complete: true },
    ])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await change(bob, 'b', { name: 'c' }, key)).body.code).toBe('idempotency_key_reused')
    expect((await labelled(bob)).a).toEqual(['b'])
  })

  test('a label of any characters can be named in the path', async () => {
    const bob = await newPerson(service.url, 'bob')
    for (const name of ['a/b', '100 %', '?#', 'ça va', '.x', '家', "it's", 'a%2Fb', '+']) {
      await bob.addTask({ labels: [name] })
      expect([name, (await change(bob, name, { color: 'red' })).status]).toEqual([name, 200])
      expect([name, (await remove(bob, name)).body]).toEqual([
        name,
        { changed: 1, is_complete: true },
      ])
    }
    expect((await list(bob)).items).toEqual([])
  })
})

describe('deleting a label', () => {
  test('200: no task has it, its colour is gone, and the tasks stay', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['x', 'Home', 'y'] })
    await bob.addTask({ title: 'b', labels: ['home'], completed: true })
    await change(bob, 'home', { color: 'red' })
    expect((await remove(bob, 'HOME')).body).toEqual({ changed: 2, is_complete: true })
    expect(await labelled(bob)).toEqual({ a: ['x', 'y'], b: [] })
    expect((await list(bob)).items.map(({ name }) => name)).toEqual(['x', 'y'])
    const { status, body } = await remove(bob, 'home')
    expect([status, body.code]).toEqual([404, 'label_not_found'])
  })
})

describe('the colour of a label', () => {
  test('200: in a bulk it comes back, comes in the feed, and stays without tasks', async () => {
    const bob = await newPerson(service.url, 'bob')
    const task = await bob.addTask({ labels: ['Home'] })
    const { cursor } = await changesOf(bob)
    const { status, body } = await bulk(bob, [
      { action: 'color_label', name: 'home', color: 'violet' },
    ])
    expect([status, body.items]).toEqual([
      200,
      [{ type: 'label', value: expect.objectContaining({ name: 'home', color: 'violet' }) }],
    ])
    const value = body.items[0]?.value
    expect((await changesOf(bob, cursor)).items).toEqual([{ type: 'label', id: value?.id, value }])
    await bob.send(`${bob.tasks}/${task.id}`, { method: 'PATCH', json: { labels: [] } })
    expect((await list(bob)).items).toEqual([{ name: 'home', color: 'violet', open: 0, done: 0 }])
  })

  test('200: a colour makes a label of a name that no task has; a new name does not', async () => {
    const bob = await newPerson(service.url, 'bob')
    expect((await change(bob, 'later', { name: 'sooner', color: 'red' })).status).toBe(404)
    expect((await change(bob, 'later', {})).status).toBe(404)
    expect((await change(bob, 'later', { color: 'red' })).status).toBe(200)
    expect((await change(bob, 'later', { name: 'sooner' })).status).toBe(200)
    expect((await list(bob)).items).toEqual([{ name: 'sooner', color: 'red', open: 0, done: 0 }])
    expect((await remove(bob, 'sooner')).body).toEqual({ changed: 0, is_complete: true })
    expect((await list(bob)).items).toEqual([])
  })

  test('200: a file carries it to another account, over no colour that is there', async () => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    await bob.addTask({ labels: ['a', 'b'] })
    await change(bob, 'a', { color: 'red' })
    await change(bob, 'b', { color: 'green' })
    await eve.addTask({ labels: ['B'] })
    await change(eve, 'b', { color: 'blue' })
    const file = (await bob.send<object>(`/api/${bob.id}/task-export.json`)).body
    const items = await everyTask(bob)
    const ids = items.map((task) => ({ ...task, id: randomUUID() }))
    const { status } = await eve.send(`/api/${eve.id}/task-import`, {
      method: 'POST',
      json: { ...file, items: ids },
    })
    expect(status).toBe(200)
    expect((await list(eve)).items).toMatchObject([
      { name: 'a', color: 'red' },
      { name: expect.any(String), color: 'blue' },
    ])
  })
})

test('409 quota_exceeded: a colour counts as a task does, a longer name as text', async () => {
  const small = await startService({ environment: { QUOTA_TASKS: '2', QUOTA_BYTES: '10' } })
  const bob = await newPerson(small.url, 'bob')
  await bob.addTask({ title: 'x', labels: ['ab'] })
  expect((await change(bob, 'ab', { name: 'abcdefghijk' })).body.code).toBe('quota_exceeded')
  expect((await change(bob, 'ab', { color: 'red' })).status).toBe(200)
  const added = await bob.send<Problem>(bob.tasks, { method: 'POST', json: { title: 'y' } })
  expect(added.body.code).toBe('quota_exceeded')
  expect(await wrongUsage(small.database)).toEqual([])
  expect((await remove(bob, 'ab')).status).toBe(200)
  expect((await bob.send(bob.tasks, { method: 'POST', json: { title: 'y' } })).status).toBe(201)
  expect(await wrongUsage(small.database)).toEqual([])
})

test('renamed while tasks with it are created: each task has one of the two labels', async () => {
  const bob = await newPerson(service.url, 'bob')
  await bob.addTask({ title: 'first', labels: ['a'] })
  await Promise.all([
    ...Array.from({ length: 20 }, (_, at) => bob.addTask({ title: `${at}`, labels: ['a'] })),
    change(bob, 'a', { name: 'b' }),
  ])
  const all = Object.values(await labelled(bob))
  expect(all).toHaveLength(21)
  for (const labels of all) expect(['a', 'b']).toContain(labels?.join())
})
