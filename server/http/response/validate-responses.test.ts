import { describe, expect, test } from 'vitest'
import type { Handlers } from '../../contract/handlers.ts'
import { ProblemError, problem } from '../../problems.ts'
import { newPerson } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

/**
 * A service with one handler that answers what its type forbids, as a bug in plain JavaScript
 * would.
 */
const withResponse = (operation: keyof Handlers, respond: (real: unknown) => unknown) =>
  startService({
    replace: (handlers) => ({
      ...handlers,
      [operation]: async (...request: unknown[]) =>
        respond(await (handlers[operation] as (...request: unknown[]) => unknown)(...request)),
    }),
  })

type OperationResponse = {
  status: number
  headers: Record<string, string>
  body: Record<string, unknown>
}

describe('a response that the contract does not describe: a logged 500, leaks nothing', () => {
  const SECRET = 'leaked-by-mistake'
  const broken: [string, (real: OperationResponse) => unknown, RegExp][] = [
    [
      'an extra member',
      (real) => ({ ...real, body: { ...real.body, password: SECRET } }),
      /additional properties/,
    ],
    [
      'a member of another type',
      (real) => ({ ...real, body: { ...real.body, completed: SECRET } }),
      /boolean/,
    ],
    ['a missing member', (real) => ({ ...real, body: { title: SECRET } }), /required property/],
    ['no body', (real) => ({ ...real, body: undefined }), /as nothing/],
    ['null for a body', (real) => ({ ...real, body: null }), /must be object/],
    [
      'an undocumented status',
      (real) => ({ ...real, status: 202, body: { secret: SECRET } }),
      /202/,
    ],
    [
      'an undocumented empty response',
      () => ({ status: 205, headers: { 'X-Secret': SECRET } }),
      /205/,
    ],
    ['a missing required header', (real) => ({ ...real, headers: { Location: SECRET } }), /ETag/],
    [
      'another content type',
      (real) => ({ ...real, headers: { ...real.headers, 'Content-Type': 'text/html' } }),
      /text\/html/,
    ],
    [
      'a throw',
      () => {
        throw new Error(`select ${SECRET} from "user"`)
      },
      /select/,
    ],
  ]

  test.each(broken)('%s', async (_, respond, reason) => {
    const service = await withResponse('createTask', respond as (real: unknown) => unknown)
    const ada = await newPerson(service.url)
    const { status, headers, body } = await ada.send(ada.tasks, {
      method: 'POST',
      json: { title: 'x' },
    })
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'internal_error', request_id: headers.get('x-request-id') })
    expect(JSON.stringify([body, [...headers]])).not.toContain(SECRET)
    expect([headers.get('location'), headers.get('etag')]).toEqual([null, null])
    const line = service.log
      .map((text) => JSON.parse(text))
      .find((entry) => entry.msg === 'internal_error')
    expect(line?.request_id).toBe(headers.get('x-request-id'))
    expect(line?.err.message).toMatch(reason)
  })
})

test('details that the driver adds to an error are not in the log', async () => {
  const service = await startService({
    replace: (handlers) => ({
      ...handlers,
      listTasks: async () => {
        const cause = Object.assign(new Error('duplicate key: "ada@example.org"'), {
          code: '23505',
          detail: 'Key (email)=(ada@example.org)',
          query: { values: ['ada@example.org'] },
        })
        throw new Error('the statement failed on "ada@example.org"', { cause })
      },
    }),
  })
  const bob = await newPerson(service.url, 'bob')
  expect((await bob.send(bob.tasks)).status).toBe(500)
  const log = service.log.join('')
  expect(log).toContain('23505')
  expect(log).not.toContain('ada@example.org')
})

test('a problem whose status is undeclared is a 500', async () => {
  const service = await withResponse('listTasks', () => ({
    status: 418,
    code: 'task_not_found',
    title: 'x',
    detail: 'x',
    headers: {},
  }))
  const ada = await newPerson(service.url)
  expect((await ada.send(ada.tasks)).status).toBe(500)
})

test('a problem that is thrown and whose status is undeclared is a 500', async () => {
  const service = await withResponse('listTasks', () => {
    throw new ProblemError(problem('content_too_large'))
  })
  const ada = await newPerson(service.url)
  const { status, body } = await ada.send<{ code: string }>(ada.tasks)
  expect([status, body.code]).toEqual([500, 'internal_error'])
})

test('connections cut under load: 503 at most, never a 500 or half an account', async () => {
  const service = await startService({ losable: true })
  const ada = await newPerson(service.url)
  const made: string[] = []
  const seen = new Set<number>()
  const ask = async (path: string, init: RequestInit & { json?: unknown } = {}) => {
    const { status } = await ada.send(path, init)
    seen.add(status)
    return status
  }
  for (let round = 0; round < 6; round += 1) {
    const emails = Array.from({ length: 4 }, () => `${crypto.randomUUID()}@example.org`)
    const requests = [
      ...emails.map(async (email, index) => {
        const path = index % 2 ? '/api/auth/signup' : '/api/auth/sign-up/email'
        if ((await ask(path, { method: 'POST', json: { email, password: ada.password } })) < 300)
          made.push(email)
      }),
      ask('/api/auth/login', {
        method: 'POST',
        json: { email: ada.email, password: ada.password },
      }),
      ...['/api/auth/token', '/api/auth/get-session', '/api/auth/verify'].map((path) =>
        ask(path, { headers: { authorization: `Bearer ${ada.sessionToken}` } }),
      ),
      ask(ada.tasks),
      ask(ada.tasks, { method: 'POST', json: { title: 'x' } }),
    ]
    // At once in one round, as soon as the first is answered in the next.
    await Promise.all([
      ...requests,
      (round % 2 ? Promise.race(requests) : Promise.resolve()).then(() => service.cutConnections()),
    ])
  }
  expect([...seen].filter((status) => status >= 300 && status !== 503)).toEqual([])
  while ((await ada.send('/readyz')).status !== 200);
  for (const email of made)
    expect(
      (
        await ada.send('/api/auth/login', {
          method: 'POST',
          json: { email, password: ada.password },
        })
      ).status,
    ).toBe(200)
  expect(
    service.log.map((line) => JSON.parse(line)).filter((line) => line.msg === 'internal_error'),
  ).toEqual([])
})

test('without a database: 503 with Retry-After everywhere, but /livez answers', async () => {
  const service = await startService({ losable: true })
  const ada = await newPerson(service.url)
  await service.loseDatabase()
  const requests: [string, RequestInit & { json?: unknown }][] = [
    [ada.tasks, {}],
    ['/readyz', {}],
    ['/api/auth/verify', {}],
    ['/api/auth/logout', { method: 'POST' }],
    ['/api/auth/token', { headers: { authorization: `Bearer ${ada.sessionToken}` } }],
    ['/api/auth/get-session', { headers: { authorization: `Bearer ${ada.sessionToken}` } }],
    [
      '/api/auth/sign-out',
      { method: 'POST', headers: { authorization: `Bearer ${ada.sessionToken}` } },
    ],
    ['/api/auth/login', { method: 'POST', json: { email: ada.email, password: ada.password } }],
    [
      '/api/auth/signup',
      { method: 'POST', json: { email: 'new@example.org', password: ada.password } },
    ],
    [
      '/api/auth/sign-in/email',
      { method: 'POST', json: { email: ada.email, password: ada.password } },
    ],
    [
      '/api/auth/sign-up/email',
      { method: 'POST', json: { email: 'new@example.org', password: ada.password } },
    ],
  ]
  for (const [path, init] of requests) {
    const { status, headers, body } = await ada.send<{ code: string }>(path, init)
    expect([path, status, body.code]).toEqual([path, 503, 'service_unavailable'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await ada.send('/livez')).status).toBe(200)
})
