import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import { holdReplies } from '../testing/network/wire-tap.ts'
import { newPerson, type Person, send } from '../testing/person.ts'
import { startProcess } from '../testing/process.ts'
import { copyDatabase, startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Operation = Schemas['Operation']
type Problem = Schemas['Problem']

const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const bulk = <Body = Schemas['OperationResults']>(
  person: Person,
  operations: unknown[],
  headers: Record<string, string> = {},
) =>
  person.send<Body>(`/api/${person.id}/operations`, {
    method: 'POST',
    json: { operations },
    headers,
  })
const list = async (person: Person, query = '') =>
  (await person.send<Schemas['TaskPage']>(`${person.tasks}?limit=200${query}`)).body.items
const create = (title: string): Operation => ({ action: 'create_task', value: { title } })

test('200: every kind of operation, in order, also on a task created first', async () => {
  const bob = await newPerson(service.url, 'bob')
  const [a, b, c] = [
    await bob.addTask({ title: 'A' }),
    await bob.addTask({ title: 'B' }),
    await bob.addTask({ title: 'C' }),
  ]
  await bob.send(`${bob.tasks}/${c.id}`, { method: 'DELETE' })
  const id = randomUUID()
  const { status, body } = await bulk(bob, [
    { action: 'create_task', value: { id, title: 'D', labels: ['new'] } },
    { action: 'update_task', id: id, changes: { description: 'at once' }, if_match: '"5"' },
    { action: 'move_task', id: id, place: { to: 'top' } },
    { action: 'complete_task', id: a.id, completed: true, if_match: a.etag },
    { action: 'delete_task', id: b.id },
    { action: 'restore_task', id: c.id },
  ])
  expect([
    status,
    body.items.map(({ value }) => value && `${'title' in value && value.title} ${value.etag}`),
  ]).toEqual([200, ['D "5"', 'D "6"', 'D "7"', 'A "8"', 'B "9"', 'C "10"']])
  expect(
    (await list(bob, '&sort=position')).map(({ title, completed, description }) => [
      title,
      completed,
      description,
    ]),
  ).toEqual([
    ['D', false, 'at once'],
    ['A', true, null],
    ['C', false, null],
  ])
  expect(await list(bob, '&trashed=true')).toEqual([body.items[4]?.value])
})

test.each<[string, number, (ids: { own: Task; foreign: string }) => object, string, string]>([
  [
    'a task that is not there',
    404,
    () => ({ action: 'delete_task', id: NOBODYS }),
    'task_not_found',
    '/id',
  ],
  [
    'another user’s task',
    404,
    ({ foreign }) => ({ action: 'complete_task', id: foreign, completed: true }),
    'task_not_found',
    '/id',
  ],
  [
    'a stale if_match',
    412,
    ({ own }) => ({ action: 'delete_task', id: own.id, if_match: '"999"' }),
    'version_stale',
    '/if_match',
  ],
  [
    'an id that is taken',
    409,
    ({ own }) => ({ action: 'create_task', value: { id: own.id, title: 'other' } }),
    'task_id_taken',
    '/value/id',
  ],
  [
    'a time without a day',
    422,
    () => ({ action: 'create_task', value: { title: 'x', due_time: '12:00' } }),
    'invalid_body',
    '/value/due_time',
  ],
  [
    'a patch that leaves one',
    422,
    ({ own }) => ({ action: 'update_task', id: own.id, changes: { due_time: '12:00' } }),
    'invalid_body',
    '/changes/due_time',
  ],
  [
    'a place beside nothing',
    422,
    ({ own }) => ({ action: 'move_task', id: own.id, place: { after: NOBODYS } }),
    'invalid_body',
    '/place/after',
  ],
  [
    'a member of another action',
    422,
    ({ own }) => ({ action: 'delete_task', id: own.id, completed: true }),
    'invalid_body',
    '/completed',
  ],
  ['no task', 422, () => ({ action: 'delete_task' }), 'invalid_body', '/id'],
  [
    'an action that is none',
    422,
    () => ({ action: 'purge', task_id: NOBODYS }),
    'invalid_body',
    '/action',
  ],
  ['no action', 422, () => ({ task: { title: 'x' } }), 'invalid_body', '/action'],
  ['no operation', 422, () => [], 'invalid_body', ''],
  [
    'a broken label',
    422,
    () => ({ action: 'create_task', value: { title: 'x', labels: ['a', ''] } }),
    'invalid_body',
    '/value/labels/1',
  ],
  [
    'an unknown member deep inside',
    422,
    () => ({ action: 'create_task', value: { title: 'x', 'a/b': 1 } }),
    'invalid_body',
    '/value/a~1b',
  ],
  [
    'a readOnly member',
    422,
    ({ own }) => ({ action: 'update_task', id: own.id, changes: { etag: '"1"' } }),
    'invalid_body',
    '/changes/etag',
  ],
])(
  '%s at item 100 leaves nothing of items 1 to 99, and is named: %i',
  async (_, status, make, code, at) => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    const own = await bob.addTask({ title: 'own' })
    const last = make({ own, foreign: (await eve.addTask()).id })
    const operations = [
      ...Array.from({ length: 97 }, (_, index) => create(`${index}`)),
      { action: 'update_task', id: own.id, changes: { title: 'changed' } },
      { action: 'delete_task', id: own.id },
      last,
    ]
    operations[98] = { action: 'complete_task', id: own.id, completed: true }
    const feed = async () =>
      (await bob.send<Schemas['Changes']>(`/api/${bob.id}/changes`)).body.cursor
    const before = await feed()
    const response = await bulk<Problem>(bob, operations)
    expect([
      response.status,
      response.body.code,
      response.body.errors?.map(({ pointer }) => pointer),
    ]).toEqual([status, code, expect.arrayContaining([`/operations/99${at}`])])
    if (status === 412) expect(response.headers.get('etag')).toBe('"100"')
    expect(await list(bob)).toEqual([own])
    // Not even the clock has moved.
    expect(await feed()).toBe(before)
  },
)

test('409: an exhausted gap is said with its place', async () => {
  const bob = await newPerson(service.url, 'bob')
  const [a, b, c] = [await bob.addTask(), await bob.addTask(), await bob.addTask()]
  for (const [task, digit] of [
    [a, '1'],
    [b, '2'],
  ] as const)
    await service.database.rows(
      sql.unsafe`update tasks
        set position = ${`5000000000000001${'0'.repeat(970)}${digit}`}
        where id = ${task.id}::uuid`,
    )
  const { status, body } = await bulk<Problem>(bob, [
    { action: 'move_task', id: c.id, place: { after: a.id } },
  ])
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([
    409,
    'position_exhausted',
    '/operations/0/place/after',
  ])
})

test('422: 101 operations are too many', async () => {
  const { status, body } = await bulk<Problem>(ada, Array(101).fill(create('x')))
  expect([status, body.errors?.[0]]).toMatchObject([
    422,
    { pointer: '/operations', code: 'max_items' },
  ])
})

test('200, 422: with a key it is done once, also fifty at once', async () => {
  const bob = await newPerson(service.url, 'bob')
  const key = { 'idempotency-key': 'whole' }
  const operations = [create('one'), create('two')]
  const responses = await Promise.all(Array.from({ length: 50 }, () => bulk(bob, operations, key)))
  expect(
    new Set(responses.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size,
  ).toBe(1)
  expect(responses[0]?.status).toBe(200)
  expect(
    responses.filter(({ headers }) => headers.get('idempotency-replayed') === null),
  ).toHaveLength(1)
  expect(await list(bob)).toHaveLength(2)
  const { status, body } = await bulk<Problem>(bob, [create('three')], key)
  expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('200: killed after the commit and repeated with its key: done once', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const tap = await holdReplies(variables.DATABASE_URL as string)
  onTestFinished(tap.close)
  const environment = { ...variables, BETTER_AUTH_SECRET: randomBytes(32).toString('base64url') }
  const first = await startProcess({ ...environment, DATABASE_URL: tap.url })
  const bob = await newPerson(first.url, 'bob')
  const path = `/api/${bob.id}/operations`
  const authorization = `Bearer ${bob.token}`
  const request = {
    method: 'POST',
    json: { operations: [create('A'), create('B')] },
    headers: { authorization, 'idempotency-key': 'survivor' },
  }
  const held = tap.holdReplyTo('commit')
  const lost = expect(send(`${first.url}${path}`, request)).rejects.toThrow()
  await held
  await first.end('SIGKILL')
  await lost
  const second = await startProcess(environment)
  const again = await send<Schemas['OperationResults']>(`${second.url}${path}`, request)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  const { body } = await send<Schemas['TaskPage']>(`${second.url}${bob.tasks}`, {
    headers: { authorization },
  })
  expect(body.items.map(({ title }) => title).sort()).toEqual(['A', 'B'])
})

test('200: bulks and single writes of the same tasks at once lose nothing', async () => {
  const bob = await newPerson(service.url, 'bob')
  const tasks = await Promise.all(Array.from({ length: 6 }, () => bob.addTask()))
  const toggles = new Map<string, number>()
  for (let round = 0; round < 8; round += 1) {
    const shuffled = (seed: number) =>
      tasks.toSorted(
        (a, b) => ((a.id.charCodeAt(35) * seed) % 7) - ((b.id.charCodeAt(35) * seed) % 7),
      )
    const responses = await Promise.all([
      ...[1, 2, 3, 4].map((seed) =>
        bulk(
          bob,
          shuffled(seed + round).map(({ id }) => ({
            action: 'update_task',
            id: id,
            changes: { title: `${round} ${seed}` },
          })),
        ),
      ),
      ...tasks.map(({ id }) => bob.send(`${bob.tasks}/${id}/complete`, { method: 'PATCH' })),
      ...tasks.map(({ id }) =>
        bob.send(`${bob.tasks}/${id}/move`, { method: 'POST', json: { to: 'top' } }),
      ),
      bob.send(`/api/${bob.id}/trash`, { method: 'DELETE' }),
    ])
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
    for (const { id } of tasks) toggles.set(id, (toggles.get(id) ?? 0) + 1)
  }
  const titles = new Set((await list(bob)).map(({ title }) => title))
  // The last bulk wrote all of them.
  expect(titles.size).toBe(1)
  for (const { id, completed } of await list(bob))
    expect(completed).toBe((toggles.get(id) ?? 0) % 2 === 1)
})

test('401: an ended session does nothing', async () => {
  const bob = await newPerson(service.url, 'bob')
  await bob.send('/api/auth/logout', { method: 'POST' })
  expect((await bulk(bob, [create('x')])).status).toBe(401)
})

test('422: of a body with more than 1,000 values only the first error is looked for', async () => {
  const bob = await newPerson(service.url, 'bob')
  const errors = async (count: number) =>
    (
      await bulk<Problem>(
        bob,
        Array.from({ length: count }, () => 1),
      )
    ).body.errors
  expect(await errors(30)).toHaveLength(20)
  expect(await errors(2_000)).toHaveLength(1)
})
