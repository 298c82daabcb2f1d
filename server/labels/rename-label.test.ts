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
  updateLabel,
} from '../testing/data/labels.ts'
import { wrongUsage } from '../testing/data/usage.ts'
import { newPerson } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(async () => {
  expect(await wrongUsage(service.database)).toEqual([])
  await service.close()
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
    expect((await updateLabel(bob, 'home', { name: 'House' })).body).toEqual({
      changed: 4,
      is_complete: true,
    })
    expect(await labelsByTitle(bob)).toEqual({
      a: ['x', 'House', 'y'],
      b: ['House'],
      c: ['house'],
      d: ['x'],
    })
    expect(await labelsByTitle(bob, '&trashed=true')).toEqual({ e: ['House'] })
    expect((await changesOf(bob, cursor)).items).toHaveLength(4)
    expect((await updateLabel(bob, 'home', { name: 'x' })).body.code).toBe('label_not_found')
  })

  test('200: another spelling of the same label changes only other spellings', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['home'] })
    await bob.addTask({ title: 'b', labels: ['Home'] })
    await updateLabel(bob, 'home', { color: 'red' })
    expect((await updateLabel(bob, 'HOME', { name: 'Home' })).body.changed).toBe(1)
    expect(await labelsByTitle(bob)).toEqual({ a: ['Home'], b: ['Home'] })
    expect((await labelPage(bob)).items).toEqual([{ name: 'Home', color: 'red', open: 2, done: 0 }])
    const { cursor } = await changesOf(bob)
    expect((await updateLabel(bob, 'home', { name: 'Home', color: 'red' })).body.changed).toBe(0)
    expect((await changesOf(bob, cursor)).items).toEqual([])
  })

  test('200: the color goes along, but not over that of another label', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['a', 'c'] })
    await updateLabel(bob, 'a', { color: 'red' })
    const { cursor, items } = await changesOf(bob)
    const color = items.find(({ type }) => type === 'label')
    await updateLabel(bob, 'a', { name: 'b' })
    expect((await labelPage(bob)).items).toMatchObject([
      { name: 'b', color: 'red' },
      { name: 'c', color: 'gray' },
    ])
    await updateLabel(bob, 'c', { color: 'blue' })
    await updateLabel(bob, 'b', { name: 'c' })
    expect((await labelPage(bob)).items).toEqual([{ name: 'c', color: 'blue', open: 1, done: 0 }])
    expect((await changesOf(bob, cursor)).items).toContainEqual({
      type: 'label',
      id: color?.id,
      value: null,
    })
    await updateLabel(bob, 'c', { name: 'd', color: 'green' })
    expect((await labelPage(bob)).items).toEqual([{ name: 'd', color: 'green', open: 1, done: 0 }])
    await updateLabel(bob, 'd', { color: 'gray' })
    expect((await labelPage(bob)).items).toEqual([{ name: 'd', color: 'gray', open: 1, done: 0 }])
  })

  test('200: two colors that go at once are two changes of the feed', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ labels: ['a', 'b'] })
    await updateLabel(bob, 'a', { color: 'red' })
    await updateLabel(bob, 'b', { color: 'blue' })
    const { cursor } = await changesOf(bob)
    expect((await updateLabel(bob, 'a', { name: 'b', color: 'gray' })).body.changed).toBe(1)
    const { items } = await changesOf(bob, cursor)
    expect(items.map(({ type, value }) => [type, value === null])).toEqual([
      ['task', false],
      ['label', true],
      ['label', true],
    ])
    expect((await labelPage(bob)).items).toEqual([{ name: 'b', color: 'gray', open: 1, done: 0 }])
  })

  test('200: many tasks take several requests, and the last one says so', async () => {
    const bob = await newPerson(service.url, 'bob')
    await fillTasks(service.database, bob.id, 2_400)
    const before = await everyTask(bob)
    const steps = []
    for (let step = 0; step < 2; step += 1)
      steps.push((await updateLabel(bob, 'even', { name: 'odd', color: 'red' })).body)
    expect(steps).toEqual([
      { changed: 1_000, is_complete: false },
      { changed: 200, is_complete: true },
    ])
    expect((await updateLabel(bob, 'even', { name: 'odd' })).status).toBe(404)
    expect((await labelPage(bob)).items).toEqual([
      { name: 'odd', color: 'red', open: 800, done: 400 },
    ])
    const after = await everyTask(bob)
    expect(new Set(after.map(({ etag }) => etag)).size).toBe(2_400)
    const plain = ({ etag, updated_at, labels, ...task }: Schemas['Task']) => task
    expect(after.map(plain)).toEqual(before.map(plain))
  }, 60_000)

  test('200: tasks with long texts are changed in smaller numbers', async () => {
    const bob = await newPerson(service.url, 'bob')
    const description = 'a b '.repeat(4_000)
    for (let count = 0; count < 65; count += 1) await bob.addTask({ description, labels: ['a'] })
    const first = (await updateLabel(bob, 'a', { name: 'b' })).body
    const rest = (await updateLabel(bob, 'a', { name: 'b' })).body
    expect([first.is_complete, rest.is_complete]).toEqual([false, true])
    expect(first.changed + rest.changed).toBe(65)
    expect((await labelPage(bob)).items).toMatchObject([{ name: 'b', open: 65 }])
  }, 60_000)

  test('200: repeated under its key it is done once', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask({ title: 'a', labels: ['a'] })
    const key = { 'idempotency-key': randomUUID() }
    const [first, again] = [
      await updateLabel(bob, 'a', { name: 'b' }, key),
      await updateLabel(bob, 'a', { name: 'b' }, key),
    ]
    expect([first.body, again.body]).toEqual([
      { changed: 1, is_complete: true },
      { changed: 1, is_complete: true },
    ])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await updateLabel(bob, 'b', { name: 'c' }, key)).body.code).toBe(
      'idempotency_key_reused',
    )
    expect((await labelsByTitle(bob)).a).toEqual(['b'])
  })

  test('a label of any characters can be named in the path', async () => {
    const bob = await newPerson(service.url, 'bob')
    for (const name of ['a/b', '100 %', '?#', 'ça va', '.x', '家', "it's", 'a%2Fb', '+']) {
      await bob.addTask({ labels: [name] })
      expect([name, (await updateLabel(bob, name, { color: 'red' })).status]).toEqual([name, 200])
      expect([name, (await deleteLabel(bob, name)).body]).toEqual([
        name,
        { changed: 1, is_complete: true },
      ])
    }
    expect((await labelPage(bob)).items).toEqual([])
  })
})

test('renamed while tasks with it are created: each task has one of the two labels', async () => {
  const bob = await newPerson(service.url, 'bob')
  await bob.addTask({ title: 'first', labels: ['a'] })
  const [renamed] = await Promise.all([
    updateLabel(bob, 'a', { name: 'b' }),
    ...Array.from({ length: 20 }, (_, at) => bob.addTask({ title: `${at}`, labels: ['a'] })),
  ])
  const all = await labelsByTitle(bob)
  expect([renamed.status, all.first]).toEqual([200, ['b']])
  const labels = Object.values(all).map((each) => each.join())
  expect(labels).toHaveLength(21)
  expect(labels.filter((label) => label === 'b')).toHaveLength(renamed.body.changed)
  expect(labels.filter((label) => label === 'a')).toHaveLength(21 - renamed.body.changed)
})
