import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { fillTasks } from '../testing/data/fill.ts'
import {
  changesOf,
  deleteLabel,
  labelPage,
  labelsByTitle,
  labelsOf,
  updateLabel,
} from '../testing/data/labels.ts'
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

const bulk = (person: Person, operations: Schemas['Operation'][]) =>
  person.send<Schemas['OperationResults'] & Problem>(`/api/${person.id}/operations`, {
    method: 'POST',
    json: { operations },
  })

describe('the list of labels', () => {
  test('200: names in their order, with color and tasks, in the usual spelling', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['Über', 'home'] })
    await bob.addTask({ labels: ['Home', 'zoo'] })
    await bob.addTask({ labels: ['Home'], completed: true })
    const trashed = await bob.addTask({ labels: ['gone', 'zoo'] })
    await bob.send(`${bob.tasks}/${trashed.id}`, { method: 'DELETE' })
    expect(await updateLabel(bob, 'zoo', { color: 'pink' })).toMatchObject({
      status: 200,
      body: { changed: 0, is_complete: true },
    })
    const all: Label[] = [
      { name: 'Home', color: 'gray', open: 2, done: 1 },
      { name: 'Über', color: 'gray', open: 1, done: 0 },
      { name: 'zoo', color: 'pink', open: 1, done: 0 },
    ]
    expect(await labelPage(bob)).toEqual({
      items: all,
      total: 3,
      total_is_exact: true,
      next_cursor: null,
    })
    const paged: Label[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Schemas['LabelPage'] = await labelPage(
        bob,
        `limit=1${cursor && `&cursor=${cursor}`}`,
      )
      paged.push(...page.items)
      cursor = page.next_cursor
    }
    expect(paged).toEqual(all)
  })

  test('304: nothing has changed; 200: another color is news', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['home'] })
    const first = await bob.send(labelsOf(bob))
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await bob.send(labelsOf(bob), { headers })).status).toBe(304)
    await updateLabel(bob, 'home', { color: 'red' })
    expect((await bob.send(labelsOf(bob), { headers })).status).toBe(200)
  })
})

describe('deleting a label', () => {
  test('200: many tasks take several requests, the last of exactly 1,000 says so', async () => {
    const bob = await newPerson(service.url, 'bob')
    await fillTasks(service.database, bob.id, 4_000)
    await updateLabel(bob, 'even', { color: 'red' })
    const steps = []
    for (let step = 0; step < 2; step += 1) steps.push((await deleteLabel(bob, 'even')).body)
    expect(steps).toEqual([
      { changed: 1_000, is_complete: false },
      { changed: 1_000, is_complete: true },
    ])
    expect((await labelPage(bob)).items).toEqual([])
    expect((await deleteLabel(bob, 'even')).status).toBe(404)
  }, 60_000)

  test('200: no task has it, its color is gone, and the tasks stay', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['x', 'Home', 'y'] })
    await bob.addTask({ title: 'b', labels: ['home'], completed: true })
    await updateLabel(bob, 'home', { color: 'red' })
    expect((await deleteLabel(bob, 'HOME')).body).toEqual({ changed: 2, is_complete: true })
    expect(await labelsByTitle(bob)).toEqual({ a: ['x', 'y'], b: [] })
    expect((await labelPage(bob)).items.map(({ name }) => name)).toEqual(['x', 'y'])
    const { status, body } = await deleteLabel(bob, 'home')
    expect([status, body.code]).toEqual([404, 'label_not_found'])
  })
})

describe('the color of a label', () => {
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
    expect((await labelPage(bob)).items).toEqual([
      { name: 'home', color: 'violet', open: 0, done: 0 },
    ])
  })

  test('200: a color makes a label of a name that no task has; a new name does not', async () => {
    const bob = await newPerson(service.url, 'bob')
    expect((await updateLabel(bob, 'later', { name: 'sooner', color: 'red' })).status).toBe(404)
    expect((await updateLabel(bob, 'later', {})).status).toBe(404)
    expect((await updateLabel(bob, 'later', { name: 'Later', color: 'red' })).status).toBe(200)
    expect((await deleteLabel(bob, 'later')).status).toBe(200)
    expect((await updateLabel(bob, 'later', { color: 'red' })).status).toBe(200)
    expect((await updateLabel(bob, 'later', { name: 'sooner' })).status).toBe(200)
    expect((await labelPage(bob)).items).toEqual([
      { name: 'sooner', color: 'red', open: 0, done: 0 },
    ])
    expect((await deleteLabel(bob, 'sooner')).body).toEqual({ changed: 0, is_complete: true })
    expect((await labelPage(bob)).items).toEqual([])
  })

  test('200: a file carries it to another account, over no color that is there', async () => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    await bob.addTask({ labels: ['a', 'b'] })
    await updateLabel(bob, 'a', { color: 'red' })
    await updateLabel(bob, 'b', { color: 'green' })
    await eve.addTask({ labels: ['B'] })
    await updateLabel(eve, 'b', { color: 'blue' })
    const file = (await bob.send<object>(`/api/${bob.id}/task-export.json`)).body
    const items = await everyTask(bob)
    const ids = items.map((task) => ({ ...task, id: randomUUID() }))
    const { status } = await eve.send(`/api/${eve.id}/task-import`, {
      method: 'POST',
      json: { ...file, items: ids },
    })
    expect(status).toBe(200)
    expect((await labelPage(eve)).items).toMatchObject([
      { name: 'a', color: 'red' },
      { name: expect.any(String), color: 'blue' },
    ])
  })
})

test('409 quota_exceeded: a color counts as a task does, a longer name as text', async () => {
  const small = await startService({ environment: { QUOTA_TASKS: '2', QUOTA_BYTES: '10' } })
  const bob = await newPerson(small.url, 'bob')
  await bob.addTask({ title: 'x', labels: ['ab'] })
  expect((await updateLabel(bob, 'ab', { name: 'abcdefghijk' })).body.code).toBe('quota_exceeded')
  expect((await updateLabel(bob, 'ab', { color: 'red' })).status).toBe(200)
  const colored = await bulk(bob, [{ action: 'color_label', name: 'cd', color: 'red' }])
  expect([colored.body.code, colored.body.errors?.[0]?.pointer]).toEqual([
    'quota_exceeded',
    '/operations/0/name',
  ])
  const added = await bob.send<Problem>(bob.tasks, { method: 'POST', json: { title: 'y' } })
  expect(added.body.code).toBe('quota_exceeded')
  expect(await wrongUsage(small.database)).toEqual([])
  expect((await deleteLabel(bob, 'ab')).status).toBe(200)
  expect((await bob.send(bob.tasks, { method: 'POST', json: { title: 'y' } })).status).toBe(201)
  expect(await wrongUsage(small.database)).toEqual([])
})
