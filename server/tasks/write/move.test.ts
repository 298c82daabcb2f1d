import { afterAll, beforeAll, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'
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

/** A user with tasks A, B, C and D, in this order. */
async function withTasks() {
  const person = await newPerson(service.url)
  const tasks = new Map<string, Task>()
  for (const title of ['A', 'B', 'C', 'D']) tasks.set(title, await person.addTask({ title }))
  const id = (title: string) => tasks.get(title)?.id as string
  return {
    person,
    id,
    tasks,
    move: (title: string, json: Schemas['TaskMove'], headers: Record<string, string> = {}) =>
      person.send<Task>(`${person.tasks}/${id(title)}/move`, { method: 'POST', json, headers }),
    order: async () => (await list(person)).map(({ title }) => title).join(''),
  }
}

const list = async (person: Person) =>
  (await person.send<Schemas['TaskPage']>(`${person.tasks}?sort=position&limit=200`)).body.items

test('200: to the top, the bottom, before, after; no other task changes', async () => {
  const { person, id, tasks, move, order } = await withTasks()
  for (const [title, to, expected] of [
    ['C', { to: 'top' }, 'CABD'],
    ['C', { to: 'bottom' }, 'ABDC'],
    ['C', { before: id('B') }, 'ACBD'],
    ['A', { after: id('B') }, 'CBAD'],
    ['D', { after: id('C') }, 'CDBA'],
    ['A', { before: id('C') }, 'ACDB'],
  ] as const) {
    const others = (await list(person)).filter((task) => task.title !== title)
    const { status, headers, body } = await move(title, to)
    expect([status, headers.get('etag'), await order()]).toEqual([200, body.etag, expected])
    const { position, updated_at, etag, ...rest } = body
    expect(tasks.get(title)).toMatchObject(rest)
    expect((await list(person)).filter((task) => task.title !== title)).toEqual(others)
  }
})

test('200: a task that is there already stays as it is, with its updated_at and etag', async () => {
  const { id, tasks, move } = await withTasks()
  for (const [title, to] of [
    ['A', { to: 'top' }],
    ['D', { to: 'bottom' }],
    ['B', { before: id('C') }],
    ['B', { after: id('A') }],
  ] as const)
    expect((await move(title, to)).body).toEqual(tasks.get(title))
})

test('200: done and open tasks have one order', async () => {
  const { person, id, move, order } = await withTasks()
  await person.send(`${person.tasks}/${id('B')}/complete`, { method: 'PATCH' })
  await move('D', { after: id('B') })
  await move('A', { to: 'bottom' })
  expect(await order()).toBe('BDCA')
})

test('200: eight tasks moved into one gap at once get eight places in it', async () => {
  const { person, id } = await withTasks()
  const more = await Promise.all(
    Array.from({ length: 8 }, (_, index) => person.addTask({ title: `${index}` })),
  )
  const responses = await Promise.all(
    more.map((task) =>
      person.send(`${person.tasks}/${task.id}/move`, { method: 'POST', json: { after: id('B') } }),
    ),
  )
  expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(200))
  const items = await list(person)
  const titles = items.map(({ title }) => title)
  expect([titles.slice(0, 2), titles.slice(-2)]).toEqual([
    ['A', 'B'],
    ['C', 'D'],
  ])
  expect(new Set(items.map(({ position }) => position)).size).toBe(12)
})

test('200: a thousand moves into the gap that the last one left narrowest', async () => {
  const { id, move, order } = await withTasks()
  for (let round = 0; round < 500; round += 1) {
    expect((await move('C', { after: id('A') })).status).toBe(200)
    expect((await move('B', { after: id('A') })).status).toBe(200)
  }
  expect(await order()).toBe('ABCD')
}, 120_000)

test('409: a gap without room; moving the neighbour that it names makes room', async () => {
  const { person, id, move, order } = await withTasks()
  const narrow = (title: string, digit: string) =>
    service.database.rows(
      sql.unsafe`update tasks
        set position = ${`5000000000000001${'0'.repeat(970)}${digit}`}
        where user_id = ${person.id}::uuid and id = ${id(title)}::uuid`,
    )
  await narrow('A', '1')
  await narrow('B', '2')
  const before = await list(person)
  const { status, body } = await move('D', { after: id('A') })
  const { code, errors } = body as unknown as Problem
  expect([status, code, errors?.map((error) => `${error.pointer} ${error.detail}`)]).toEqual([
    409,
    'position_exhausted',
    [`/after Leaves no room between it and ${id('B')}. Move that one elsewhere first.`],
  ])
  expect(await list(person)).toEqual(before)
  await move('B', { to: 'bottom' })
  expect((await move('D', { after: id('A') })).status).toBe(200)
  expect(await order()).toBe('ADCB')
})

test.each<[string, (ids: { own: string; foreign: string }) => object, string, string]>([
  ['another user’s task', ({ foreign }) => ({ before: foreign }), '/before', 'invalid'],
  ['a task that is not there', () => ({ after: NOBODYS }), '/after', 'invalid'],
  ['the task itself', ({ own }) => ({ after: own }), '/after', 'invalid'],
  ['no place at all', () => ({}), '', 'invalid'],
  ['two places', () => ({ to: 'top', before: NOBODYS }), '', 'invalid'],
  ['an end that is none', () => ({ to: 'middle' }), '/to', 'enum'],
  ['null', () => ({ to: null }), '/to', 'type'],
  ['no UUID', () => ({ before: '1' }), '/before', 'format'],
])('422: %s is no place to move to', async (_, body, pointer, code) => {
  const { person, id, order } = await withTasks()
  const foreign = await (await newPerson(service.url, 'bob')).addTask()
  const response = await person.send<Problem>(`${person.tasks}/${id('A')}/move`, {
    method: 'POST',
    json: body({ own: id('A'), foreign: foreign.id }),
  })
  expect([
    response.status,
    response.body.errors?.map((error) => [error.pointer, error.code]),
  ]).toEqual([422, expect.arrayContaining([[pointer, code]])])
  expect(await order()).toBe('ABCD')
})

test('404, 412: a task that is not there, and a stale version, move nothing', async () => {
  const { person, tasks, move, order } = await withTasks()
  expect(
    (await person.send(`${person.tasks}/${NOBODYS}/move`, { method: 'POST', json: { to: 'top' } }))
      .status,
  ).toBe(404)
  const { status, headers } = await move('D', { to: 'top' }, { 'if-match': '"999"' })
  expect([status, headers.get('etag')]).toEqual([412, tasks.get('D')?.etag])
  expect(await order()).toBe('ABCD')
})
