import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { contractOperations, type Operation } from '../../server/contract/document.ts'
import type { Handlers } from '../../server/contract/handlers.ts'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { exampleRequest } from './example-request.ts'
import { exchange, type Incoming, type Outgoing } from './exchange.ts'

// What a response means is the matter of the tests beside the code. Here every operation that
// declares one of the common responses is made to give it, so that the next operation cannot
// declare what it never says.

const declaring = (status: number) =>
  contractOperations.filter(({ responses }) => responses[status])

function isProblem({ status, headers, body }: Incoming, expected: number, code: string): void {
  expect([status, headers['content-type'], body?.code]).toEqual([
    expected,
    'application/problem+json; charset=utf-8',
    code,
  ])
  expect(body).toMatchObject({
    status,
    type: `/docs/problems#${code}`,
    request_id: headers['x-request-id'],
  })
}

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

describe('what is wrong with a request', () => {
  const asking = (operation: Operation, change: (request: Outgoing) => Outgoing) =>
    exchange(service.url, change(exampleRequest(operation, ada)))
  const without = (headers: Outgoing['headers'], name: string) =>
    headers?.filter(([each]) => each !== name) ?? []

  test.each(declaring(400))(
    '$id: an unknown query parameter is a 400 that names it',
    async (operation) => {
      const response = await asking(operation, (request) => ({
        ...request,
        path: `${request.path}${request.path.includes('?') ? '&' : '?'}un~known=1`,
      }))
      isProblem(response, 400, 'invalid_request')
      expect(response.body.errors).toEqual([
        {
          in: 'query',
          pointer: '/un~0known',
          code: 'unknown_member',
          detail: 'Unknown parameter.',
        },
      ])
    },
  )

  test.each(declaring(406))(
    '$id: an Accept that refuses all there is is a 406',
    async (operation) => {
      const response = await asking(operation, ({ headers = [], ...request }) => ({
        ...request,
        headers: [...headers, ['accept', 'image/png']],
      }))
      isProblem(response, 406, 'not_acceptable')
    },
  )

  test.each(declaring(413))(
    '$id: a body over 100 kB, or 5 MB of a file, is a 413',
    async (operation) => {
      const limit = operation.id === 'importTasks' ? 5_000_000 : 100_000
      isProblem(
        await asking(operation, (request) => ({
          ...request,
          body: `{"x":"${'x'.repeat(limit)}"}`,
        })),
        413,
        'content_too_large',
      )
    },
  )

  test.each(declaring(415))(
    '$id: a body of another media type is a 415 that names the right ones',
    async (operation) => {
      const response = await asking(operation, ({ headers, ...request }) => ({
        ...request,
        headers: [...without(headers, 'content-type'), ['content-type', 'text/plain']],
        body: '"hello"',
      }))
      isProblem(response, 415, 'unsupported_media_type')
      expect(response.headers[operation.method === 'PATCH' ? 'accept-patch' : 'accept']).toBe(
        operation.accepts.join(', '),
      )
    },
  )

  test.each(declaring(422).filter(({ accepts }) => accepts.length > 0))(
    '$id: an unknown member is a 422 that points to it',
    async (operation) => {
      const response = await asking(operation, (request) => ({
        ...request,
        body: JSON.stringify({ 'un/known': 1 }),
      }))
      isProblem(response, 422, 'invalid_body')
      expect(response.body.errors).toContainEqual({
        in: 'body',
        pointer: '/un~1known',
        code: 'unknown_member',
        detail: 'Unknown property.',
      })
    },
  )

  test.each(
    contractOperations.filter(({ headerParameters }) =>
      headerParameters.includes('Idempotency-Key'),
    ),
  )('$id: an Idempotency-Key that another request has used is a 422', async (operation) => {
    const key = { 'idempotency-key': `used before ${operation.id}` }
    await ada.addTask({ title: 'Of that other request' }, key)
    const { headers = [], ...request } = exampleRequest(operation, ada)
    isProblem(
      await exchange(service.url, { ...request, headers: [...headers, ...Object.entries(key)] }),
      422,
      'idempotency_key_reused',
    )
  })

  test.each(declaring(403).filter(({ needsCaller }) => !needsCaller))(
    '$id: a page of a foreign origin is a 403',
    async (operation) => {
      const response = await asking(operation, ({ headers = [], ...request }) => ({
        ...request,
        headers: [...headers, ['origin', 'https://evil.example']],
      }))
      isProblem(response, 403, 'INVALID_ORIGIN')
    },
  )
})

describe('too many requests', () => {
  // A new user signs up for each operation, from one address.
  const most = String(contractOperations.length + 3)
  let limited: TestService
  beforeAll(async () => {
    const limits = {
      RATE_LIMIT: 'on',
      RATE_LIMIT_USER: '3',
      RATE_LIMIT_ADDRESS: most,
      RATE_LIMIT_SIGN_IN_ADDRESS: most,
      TRUST_PROXY: '1',
    }
    limited = await startService({ keep: true, environment: limits })
  })
  afterAll(() => limited.close())

  test.each(declaring(429).map((operation, index) => ({ ...operation, index })))(
    '$id: over the limit it is a 429 with Retry-After (rules 14, 26)',
    async (operation) => {
      const bob = await newPerson(limited.url, 'bob')
      const { headers = [], ...request } = exampleRequest(operation, bob)
      const fromElsewhere: [string, string] = ['x-forwarded-for', `10.0.0.${operation.index}`]
      let response: Incoming
      let sent = 0
      do
        response = await exchange(limited.url, { ...request, headers: [...headers, fromElsewhere] })
      while (response.status !== 429 && ++sent <= Number(most))
      isProblem(response, 429, 'rate_limited')
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    },
  )
})

describe('what no caller can cause', () => {
  test('a handler that throws: 500 that reveals nothing (rule 10)', async () => {
    let broken = false
    const breakable = ([id, handler]: [string, unknown]) => [
      id,
      (...parameters: unknown[]) => {
        if (broken) throw new Error(`select secret from ${id}`)
        return (handler as (...parameters: unknown[]) => unknown)(...parameters)
      },
    ]
    const { url } = await startService({
      replace: (handlers) =>
        Object.fromEntries(Object.entries(handlers).map(breakable)) as unknown as Handlers,
    })
    const bob = await newPerson(url, 'bob')
    broken = true
    for (const operation of declaring(500)) {
      const response = await exchange(url, exampleRequest(operation, bob))
      isProblem(response, 500, 'internal_error')
      expect(response.text).not.toMatch(/secret|select/)
    }
  })

  test('without the database: 503 with Retry-After', async () => {
    const lost = await startService({ losable: true })
    const bob = await newPerson(lost.url, 'bob')
    await lost.loseDatabase()
    for (const operation of declaring(503)) {
      const { headers = [], ...request } = exampleRequest(operation, bob)
      const response = await exchange(lost.url, { ...request, headers })
      isProblem(response, 503, 'service_unavailable')
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  test('all connections locked: 503, later at once; freed, it serves again', async () => {
    const held = await startService({ losable: true })
    // Of one user no more than fifty run, and the others wait for those.
    const users = await Promise.all(
      Array.from({ length: 12 }, (_, index) => newPerson(held.url, `user${index}`)),
    )
    const holder = new pg.Client(held.databaseUrl)
    await holder.connect()
    await holder.query('begin; lock table tasks in access exclusive mode')
    // The embedded database closes a connection that holds it and sends nothing for 4 s.
    const talking = setInterval(() => void holder.query('select 1'), 1_000)
    onTestFinished(() => clearInterval(talking))
    const request = (index: number): Outgoing => {
      const { tasks, token } = users[index % users.length] as Person
      return { method: 'GET', path: tasks, headers: [['authorization', `Bearer ${token}`]] }
    }
    const ask = async (_: unknown, index: number) => {
      const started = performance.now()
      const response = await exchange(held.url, request(index))
      return { response, took: performance.now() - started }
    }
    const waiting = Array.from({ length: 510 }, ask)
    // Late is what takes more than a second.
    await wait(1_500)
    const beyond = await Promise.all(Array.from({ length: 20 }, ask))
    const waited = await Promise.all(waiting)
    for (const { response } of [...waited, ...beyond]) {
      isProblem(response, 503, 'service_unavailable')
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    }
    // They are told so while most others still wait for the limit of a statement; where sending
    // those took long, the last of them were beyond, too.
    const times = waited.map(({ took }) => took).sort((a, b) => a - b)
    expect(Math.max(...beyond.map(({ took }) => took))).toBeLessThan(
      (times[times.length / 2] as number) / 1.5,
    )
    clearInterval(talking)
    await holder.query('rollback')
    await holder.end()
    let status = 503
    while (status === 503) status = (await exchange(held.url, request(0))).status
    expect(status).toBe(200)
  })
})
