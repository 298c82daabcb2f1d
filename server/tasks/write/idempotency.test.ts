import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'
import { holdReplies } from '../../testing/network/wire-tap.ts'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { startProcess } from '../../testing/process.ts'
import { copyDatabase, startService, type TestService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Problem = Schemas['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const key = (text: string) => ({ 'idempotency-key': text })
const total = async (person: Person) =>
  (await person.send<Schemas['TaskPage']>(person.tasks)).body.total
/** What a repetition must bring back. */
const told = ({ status, headers, body }: Awaited<ReturnType<Person['send']>>) => ({
  status,
  etag: headers.get('etag'),
  location: headers.get('location'),
  body,
})

describe('the same request with the same key (rule 22)', () => {
  test('201: a create is done once; its response comes again unchanged', async () => {
    const create = () =>
      ada.send<Task>(ada.tasks, {
        method: 'POST',
        json: { title: 'Once', labels: ['a'] },
        headers: key('create'),
      })
    const first = await create()
    await ada.send(`${ada.tasks}/${first.body.id}`, { method: 'PATCH', json: { title: 'Changed' } })
    const before = await total(ada)
    const again = await create()
    expect(told(again)).toEqual(told(first))
    expect([
      first.headers.get('idempotency-replayed'),
      again.headers.get('idempotency-replayed'),
    ]).toEqual([null, 'true'])
    expect(await total(ada)).toBe(before)
    await ada.send(`${ada.tasks}/${first.body.id}`, { method: 'DELETE' })
    expect(told(await create())).toEqual(told(first))
    expect(await total(ada)).toBe(before - 1)
  })

  test('200: a patch with the old If-Match is replayed, not a conflict with itself', async () => {
    const task = await ada.addTask()
    const patch = (ifMatch: string) =>
      ada.send<Task>(`${ada.tasks}/${task.id}`, {
        method: 'PATCH',
        json: { title: 'Patched' },
        headers: { ...key('patch'), 'if-match': ifMatch },
      })
    const first = await patch(task.etag)
    expect(first.status).toBe(200)
    for (const ifMatch of [task.etag, '"999"'])
      expect(told(await patch(ifMatch))).toEqual(told(first))
    expect((await ada.send<Task>(`${ada.tasks}/${task.id}`)).body.etag).toBe(first.body.etag)
  })

  test('200, 204: a toggle, a move and a delete are done once', async () => {
    const [task, other] = [await ada.addTask(), await ada.addTask()]
    const path = `${ada.tasks}/${task.id}`
    for (const [name, init, suffix] of [
      ['toggle', { method: 'PATCH' }, '/complete'],
      ['set', { method: 'PATCH', json: { completed: false } }, '/complete'],
      ['move', { method: 'POST', json: { after: other.id } }, '/move'],
      ['delete', { method: 'DELETE' }, ''],
    ] as const) {
      const first = await ada.send(`${path}${suffix}`, { ...init, headers: key(name) })
      const again = await ada.send(`${path}${suffix}`, { ...init, headers: key(name) })
      expect([name, told(again), again.headers.get('idempotency-replayed')]).toEqual([
        name,
        told(first),
        'true',
      ])
      expect([200, 204]).toContain(first.status)
    }
    expect((await ada.send(path)).status).toBe(404)
  })

  test('201: fifty at once make one task and fifty equal responses', async () => {
    const bob = await newPerson(service.url, 'bob')
    const responses = await Promise.all(
      Array.from({ length: 50 }, () =>
        bob.send<Task>(bob.tasks, {
          method: 'POST',
          json: { title: 'Fifty' },
          headers: key('fifty'),
        }),
      ),
    )
    expect(new Set(responses.map((response) => JSON.stringify(told(response)))).size).toBe(1)
    expect(responses[0]?.status).toBe(201)
    expect(
      responses.filter(({ headers }) => headers.get('idempotency-replayed') === null),
    ).toHaveLength(1)
    expect(await total(bob)).toBe(1)
  })

  test('200, 201: sixty at once with one id, with three keys and none, make one task', async () => {
    for (let round = 0; round < 5; round += 1) {
      const bob = await newPerson(service.url, 'bob')
      const json = { id: randomUUID(), title: 'Sixty' }
      const responses = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          bob.send<Task>(bob.tasks, {
            method: 'POST',
            json,
            headers: index % 4 === 0 ? {} : key(`sixty ${index % 4}`),
          }),
        ),
      )
      expect(
        new Set(responses.map(({ status, body }) => `${status < 202} ${JSON.stringify(body)}`))
          .size,
      ).toBe(1)
      expect(await total(bob)).toBe(1)
      for (const group of [1, 2, 3])
        expect(
          new Set(responses.filter((_, index) => index % 4 === group).map(({ status }) => status))
            .size,
        ).toBe(1)
    }
  })

  test('200: fifty toggles at once are one toggle', async () => {
    const task = await ada.addTask()
    const toggle = () =>
      ada.send<Task>(`${ada.tasks}/${task.id}/complete`, {
        method: 'PATCH',
        headers: key('fifty toggles'),
      })
    const responses = await Promise.all(Array.from({ length: 50 }, toggle))
    expect(new Set(responses.map((response) => JSON.stringify(told(response)))).size).toBe(1)
    expect((await ada.send<Task>(`${ada.tasks}/${task.id}`)).body).toEqual(responses[0]?.body)
    expect(responses[0]?.body.completed).toBe(true)
  })

  test.each<[string, string, RequestInit & { json?: unknown }]>([
    ['a delete', '', { method: 'DELETE' }],
    ['a patch with If-Match', '', { method: 'PATCH', json: { title: 'z' } }],
    ['a completion with If-Match', '/complete', { method: 'PATCH', json: { completed: true } }],
    ['a toggle', '/complete', { method: 'PATCH' }],
    ['a move with If-Match', '/move', { method: 'POST', json: { to: 'top' } }],
    ['a restore', '/restore', { method: 'POST' }],
  ])(
    '%s, sent three times at once, is done once and answered alike, fifty times of fifty',
    async (name, suffix, init) => {
      const bob = await newPerson(service.url, 'bob')
      await bob.addTask()
      for (let round = 0; round < 50; round += 1) {
        const task = await bob.addTask()
        if (suffix === '/restore') await bob.send(`${bob.tasks}/${task.id}`, { method: 'DELETE' })
        const headers = {
          ...key(`${name} ${round}`),
          ...(name.endsWith('If-Match') ? { 'if-match': task.etag } : {}),
        }
        const responses = await Promise.all(
          [0, 1, 2].map(() => bob.send(`${bob.tasks}/${task.id}${suffix}`, { ...init, headers })),
        )
        expect([round, ...responses.map(({ status }) => status)]).toEqual([
          round,
          ...Array(3).fill(init.method === 'DELETE' ? 204 : 200),
        ])
        expect(new Set(responses.map((response) => JSON.stringify(told(response)))).size).toBe(1)
        expect(
          responses.filter(({ headers }) => headers.get('idempotency-replayed') === null),
        ).toHaveLength(1)
      }
    },
  )

  test('422: of different requests with one key at once, one is done', async () => {
    const bob = await newPerson(service.url, 'bob')
    const quiet = await bob.addTask()
    for (let round = 0; round < 40; round += 1) {
      const task = await bob.addTask()
      const headers = key(`mixed ${round}`)
      const mixed = await Promise.all([
        bob.send(`${bob.tasks}/${task.id}`, { method: 'DELETE', headers }),
        bob.send(bob.tasks, { method: 'POST', json: { title: 'n' }, headers }),
        bob.send(`${bob.tasks}/${task.id}`, { method: 'PATCH', json: { title: 'p' }, headers }),
        bob.send(`/api/${bob.id}/trash`, { method: 'DELETE', headers }),
        bob.send(`/api/${bob.id}/operations`, {
          method: 'POST',
          json: { operations: [{ action: 'create_task', value: { title: 'b' } }] },
          headers,
        }),
        ...[0, 1, 2].map((turn) =>
          bob.send(`${bob.tasks}/${quiet.id}`, {
            method: 'PATCH',
            json: { title: `${round} ${turn}` },
          }),
        ),
      ])
      expect([round, mixed.slice(5).map(({ status }) => status)]).toEqual([round, [200, 200, 200]])
      const statuses = mixed.slice(0, 5).map(({ status }) => status)
      expect([
        round,
        statuses.filter((status) => status < 300).length,
        statuses.filter((status) => status === 422).length,
      ]).toEqual([round, 1, 4])
    }
  })

  test('the members of a body may come in another order', async () => {
    const create = (body: string) =>
      ada.send(ada.tasks, {
        method: 'POST',
        body,
        headers: { ...key('order'), 'content-type': 'application/json' },
      })
    const first = await create('{"title":"Order","priority":"low"}')
    expect(told(await create('{ "priority": "low", "title": "Order" }'))).toEqual(told(first))
    const bulk = (operation: string) =>
      ada.send(`/api/${ada.id}/operations`, {
        method: 'POST',
        body: `{"operations":[${operation}]}`,
        headers: { ...key('deep order'), 'content-type': 'application/json' },
      })
    const whole = await bulk('{"action":"create_task","value":{"title":"Deep","priority":"low"}}')
    expect(whole.status).toBe(200)
    expect(
      told(await bulk('{"value":{"priority":"low","title":"Deep"},"action":"create_task"}')),
    ).toEqual(told(whole))
  })

  test('201: killed between commit and response, and repeated, it is still one task', async () => {
    const { variables, drop } = await copyDatabase(true)
    onTestFinished(drop)
    const tap = await holdReplies(variables.DATABASE_URL as string)
    onTestFinished(tap.close)
    const environment = { ...variables, BETTER_AUTH_SECRET: randomBytes(32).toString('base64url') }
    const first = await startProcess({ ...environment, DATABASE_URL: tap.url })
    const bob = await newPerson(first.url, 'bob')
    const create = {
      method: 'POST',
      json: { title: 'Survivor' },
      headers: { ...key('survivor'), authorization: `Bearer ${bob.token}` },
    }
    const held = tap.holdReplyTo('insert into "tasks"')
    const unanswered = send(`${first.url}${bob.tasks}`, create)
    const lost = expect(unanswered).rejects.toThrow()
    await held
    await first.end('SIGKILL')
    await lost

    const second = await startProcess(environment)
    const again = await send<Task>(`${second.url}${bob.tasks}`, create)
    const { body } = await send<Schemas['TaskPage']>(`${second.url}${bob.tasks}`, {
      headers: { authorization: `Bearer ${bob.token}` },
    })
    expect([again.status, again.headers.get('idempotency-replayed'), body.items]).toEqual([
      201,
      'true',
      [again.body],
    ])
  })
})

describe('a key is for one request of one user (rule 22)', () => {
  test('422: another body, task or operation with a used key does nothing', async () => {
    const [task, other] = [await ada.addTask(), await ada.addTask()]
    await ada.send(`${ada.tasks}/${task.id}`, {
      method: 'PATCH',
      json: { title: 'First' },
      headers: key('used'),
    })
    for (const [path, init] of [
      [`${ada.tasks}/${task.id}`, { method: 'PATCH', json: { title: 'Second' } }],
      [`${ada.tasks}/${other.id}`, { method: 'PATCH', json: { title: 'First' } }],
      [`${ada.tasks}/${task.id}/complete`, { method: 'PATCH' }],
      [`${ada.tasks}/${task.id}/move`, { method: 'POST', json: { to: 'top' } }],
      [`${ada.tasks}/${task.id}`, { method: 'DELETE', headers: { 'if-match': '"0"' } }],
      [ada.tasks, { method: 'POST', json: { title: 'First' } }],
    ] as const) {
      const { status, body } = await ada.send<Problem>(path, {
        ...init,
        headers: { ...('headers' in init ? init.headers : {}), ...key('used') },
      })
      expect([init, status, body.code]).toEqual([init, 422, 'idempotency_key_reused'])
    }
    expect((await ada.send<Task>(`${ada.tasks}/${task.id}`)).body).toMatchObject({
      title: 'First',
      completed: false,
    })
    expect((await ada.send(`${ada.tasks}/${other.id}`)).body).toEqual(other)
  })

  test('another user’s equal key is another key', async () => {
    const bob = await newPerson(service.url, 'bob')
    const [his, hers] = [
      await bob.addTask({ title: 'x' }, key('shared')),
      await ada.addTask({ title: 'x' }, key('shared')),
    ]
    expect([his.user_id, hers.user_id]).toEqual([bob.id, ada.id])
  })

  test('a refused request keeps no key: corrected, it may be sent with the same one', async () => {
    const task = await ada.addTask()
    const patch = (json: object, ifMatch: string) =>
      ada.send(`${ada.tasks}/${task.id}`, {
        method: 'PATCH',
        json,
        headers: { ...key('corrected'), 'if-match': ifMatch },
      })
    expect((await patch({ title: 'x' }, '"0"')).status).toBe(412)
    expect((await patch({ title: '' }, task.etag)).status).toBe(422)
    expect((await patch({ due_time: '12:00' }, task.etag)).status).toBe(422)
    const { status, headers } = await patch({ title: 'Corrected' }, task.etag)
    expect([status, headers.get('idempotency-replayed')]).toEqual([200, null])
  })

  test('after 24 hours a key is free again', async () => {
    const make = (title: string) =>
      ada.send(ada.tasks, { method: 'POST', json: { title }, headers: key('old') })
    await make('Yesterday')
    const age = (interval: string) =>
      service.database.rows(
        sql.unsafe`update idempotency_keys
          set created_at = now() - ${interval}::interval
          where user_id = ${ada.id}::uuid and key = 'old'`,
      )
    await age('23 hours 59 minutes')
    expect((await make('Today')).status).toBe(422)
    await age('24 hours')
    const { status, headers } = await make('Today')
    expect([status, headers.get('idempotency-replayed')]).toEqual([201, null])
    expect((await make('Today')).headers.get('idempotency-replayed')).toBe('true')
  })

  test.each(['', 'x'.repeat(256), 'é', 'a\tb'])('400: %j is no key', async (text) => {
    // Not by fetch, which takes some of these for a header that is not there.
    const { status, body } = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      json: { title: 'x' },
      headers: { 'idempotency-key': text },
    })
    expect([status, body.errors?.[0]?.in, body.errors?.[0]?.pointer]).toEqual([
      400,
      'header',
      '/idempotency-key',
    ])
  })
})
