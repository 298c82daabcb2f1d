import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractOperations, type Operation } from '../../server/contract/document.ts'
import { addResource, nounOf } from '../../server/testing/data/nouns.ts'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { responseFaults } from '../requests/contract-schemas.ts'
import { exampleBodies, exampleRequest, NO_TASK } from '../requests/example-request.ts'
import { exchange, type Incoming, type Outgoing } from '../requests/exchange.ts'

// What is built on the mock must work on the server: the same requests go to both.

const root = fileURLToPath(new URL('../..', import.meta.url))
let service: TestService
let mock: string
let ada: Person
const TAKEN = 'taken@example.org'
let stopMock: () => Promise<unknown>

beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url, 'ada')
  await send(`${service.url}/api/auth/signup`, {
    method: 'POST',
    json: { email: TAKEN, password: 'correct horse battery' },
  })
  const port = await freePort()
  const child = spawn(process.execPath, ['scripts/mock.ts'], {
    cwd: root,
    env: { ...process.env, MOCK_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  stopMock = () => {
    child.kill('SIGTERM')
    return ended
  }
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('The mock answers at') && resolve())
    child.once('exit', (code) => reject(new Error(`the mock ended with ${code}`)))
  })
  mock = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await stopMock()
  await service.close()
})

type Change = (request: Outgoing, operation: Operation) => Outgoing | undefined
const withHeader =
  (name: string, value: string | undefined): Change =>
  (request) => ({
    ...request,
    headers: [
      ...(request.headers ?? []).filter(([each]) => each !== name),
      ...(value === undefined ? [] : [[name, value] as [string, string]]),
    ],
  })
/** Changes the example body; not for operations that take none. */
const withBody =
  (make: (example: Record<string, unknown>) => string): Change =>
  (request, operation) => {
    const [example] = exampleBodies(operation)
    return example && { ...request, body: make(example.value as Record<string, unknown>) }
  }
const needing =
  (what: 'token' | 'body', change: Change): Change =>
  (request, operation) =>
    (
      what === 'token'
        ? operation.responses['401'] && request.headers?.some(([name]) => name === 'authorization')
        : operation.bodyRequired
    )
      ? change(request, operation)
      : undefined

const withQuery =
  (parameter: string, query: string): Change =>
  (request, operation) =>
    operation.queryParameters.includes(parameter)
      ? { ...request, path: `${request.path}?${query}` }
      : undefined
/** Another resource in a path. */
const withId = (path: string, id: string) => path.replace(/(tasks|lists|labels)\/[^/]+/, `$1/${id}`)

/** Changes the body where it is a task's. */
const withTask = (members: object): Change =>
  needing('body', (request, operation) =>
    /^(create|update)Task$/.test(operation.id)
      ? withBody((example) => JSON.stringify({ ...example, ...members }))(request, operation)
      : undefined,
  )

const CASES: Record<string, Change> = {
  'the example of the contract': (request) => request,
  'no credentials': needing('token', withHeader('authorization', undefined)),
  'another scheme': needing('token', withHeader('authorization', 'Basic YTpi')),
  'an Accept that refuses all there is': (request, operation) =>
    operation.produces.length > 0
      ? withHeader('accept', 'image/png')(request, operation)
      : undefined,
  'any Accept': withHeader('accept', '*/*'),
  'malformed JSON': withBody(() => '{"a":'),
  'another media type': needing('body', withHeader('content-type', 'text/plain')),
  'no body': needing('body', ({ body: _, ...request }) => request),
  'a body that is no object': needing(
    'body',
    withBody(() => '[]'),
  ),
  'a body without its members': needing('body', (request, operation) =>
    /^update(Task|List|Label)$/.test(operation.id)
      ? undefined
      : withBody(() => '{}')(request, operation),
  ),
  'an unknown member': withBody((example) => JSON.stringify({ ...example, nobody_knows: 1 })),
  'a member of another type': needing(
    'body',
    withBody((example) =>
      JSON.stringify(Object.fromEntries(Object.keys(example).map((name) => [name, [1]]))),
    ),
  ),
  'a member that is too long': needing(
    'body',
    withBody((example) =>
      JSON.stringify(
        Object.fromEntries(Object.keys(example).map((name) => [name, 'x'.repeat(3_000)])),
      ),
    ),
  ),
  'a page size that is too large': withQuery('limit', 'limit=201'),
  'a page size that is no number': withQuery('limit', 'limit=ten'),
  'filters, several values of one': withQuery(
    'label',
    'priority=high&priority=low&label=home&label=a%20b&label_match=all&due=today&q=rent&sort=-due',
  ),
  'an order that is none': withQuery('sort', 'sort=name'),
  'a value of a filter that is none': withQuery('priority', 'priority=high&priority=urgent'),
  'an action that is none': (request, operation) =>
    operation.id === 'applyOperations'
      ? withBody(() => JSON.stringify({ operations: [{ action: 'purge', id: NO_TASK }] }))(
          request,
          operation,
        )
      : undefined,
  'a broken member deep inside': (request, operation) =>
    operation.id === 'applyOperations'
      ? withBody(() =>
          JSON.stringify({
            operations: [{ action: 'create_task', value: { title: 'x', labels: ['a', 7] } }],
          }),
        )(request, operation)
      : undefined,
  'a label twice': withTask({ labels: ['home', 'home'] }),
  'a day of no form': withTask({ due_date: 'tomorrow' }),
  'an Idempotency-Key that is too long': (request, operation) =>
    operation.headerParameters.includes('Idempotency-Key')
      ? withHeader('idempotency-key', 'x'.repeat(256))(request, operation)
      : undefined,
  'an id that is none': (request, operation) =>
    operation.template.includes('{name}')
      ? { ...request, path: withId(request.path, '%00') }
      : nounOf(operation)
        ? { ...request, path: withId(request.path, 'x') }
        : undefined,
  'an If-Match that is none': (request, operation) =>
    operation.headerParameters.includes('If-Match')
      ? withHeader('if-match', 'x')(request, operation)
      : undefined,
}

/**
 * Where the mock cannot follow: it keeps no state, checks no token, and Prism does not look at
 * parameters that it does not know.
 * `Prefer: code=<status>` gets each of these responses from it all the same.
 */
const EXCEPTIONS: Record<string, { status: number; change: Change }> = {
  'an unknown query parameter': {
    status: 400,
    change: (request) => ({
      ...request,
      path: `${request.path}${request.path.includes('?') ? '&' : '?'}nobody_knows=1`,
    }),
  },
  'a token that is not valid': {
    status: 401,
    change: (request, operation) =>
      operation.needsCaller
        ? withHeader('authorization', 'Bearer x.y.z')(request, operation)
        : undefined,
  },
  'the path of another user': {
    status: 403,
    change: (request, operation) =>
      operation.needsCaller
        ? { ...request, path: request.path.replace(/^\/api\/[^/]+/, `/api/${NO_TASK}`) }
        : undefined,
  },
  'a resource that is not there': {
    status: 404,
    change: (request, operation) =>
      nounOf(operation) ? { ...request, path: withId(request.path, NO_TASK) } : undefined,
  },
  'a session that is not there': {
    status: 404,
    change: (request, operation) =>
      operation.id === 'revokeSession'
        ? { ...request, path: request.path.replace(/[^/]+$/, NO_TASK) }
        : undefined,
  },
  'a password that is not that of the account': {
    status: 422,
    change: (request, operation) =>
      /changePassword|deleteAccount/.test(operation.id)
        ? withBody((example) =>
            JSON.stringify(
              Object.fromEntries(Object.keys(example).map((name) => [name, 'quite another horse'])),
            ),
          )(request, operation)
        : undefined,
  },
  'a stale If-Match': {
    status: 412,
    change: (request, operation) =>
      operation.headerParameters.includes('If-Match')
        ? withHeader('if-match', '"999"')(request, operation)
        : undefined,
  },
  'a cursor that is not ours': { status: 400, change: withQuery('cursor', 'cursor=made.up') },
  'a time zone that is not there, to be told the time by': {
    status: 400,
    change: withQuery('time_zone', 'time_zone=Mars/Olympus'),
  },
  'a time zone that is not there, to be due in': {
    status: 422,
    change: withTask({ due_date: '2026-12-01', due_time: '12:00', due_time_zone: 'Mars/Olympus' }),
  },
  'a cursor of changes that is not ours': {
    status: 410,
    change: withQuery('since', 'since=made.up'),
  },
  'a time without a day': {
    status: 422,
    change: withTask({ due_date: null, due_time: '12:00', due_time_zone: null }),
  },
  'a wrong password': {
    status: 401,
    change: (request, operation) =>
      /login|signInEmail/.test(operation.id)
        ? withBody((example) => JSON.stringify({ ...example, password: 'wrong horse' }))(
            request,
            operation,
          )
        : undefined,
  },
  'an e-mail that is taken': {
    status: 409,
    change: (request, operation) =>
      /signup|signUpEmail/.test(operation.id)
        ? withBody((example) => JSON.stringify({ ...example, email: TAKEN }))(request, operation)
        : undefined,
  },
}

const mediaType = ({ headers }: Incoming) =>
  String(headers['content-type'] ?? '').split(';')[0] as string
const shown = (operation: Operation, response: Incoming) => ({
  status: `${Math.floor(response.status / 100)}xx`,
  type: mediaType(response),
  faults: responseFaults(operation, response.status, mediaType(response), response.body),
})

/**
 * The operation's example as it succeeds on the server: with an account that is there, or an e-mail
 * that is not yet.
 */
async function goodRequest(operation: Operation): Promise<Outgoing> {
  const who = /logout|signOut|revoke|changePassword|deleteAccount/.test(operation.id)
    ? await newPerson(service.url, 'sue')
    : ada
  const noun = nounOf(operation)
  const request = exampleRequest(operation, who, noun && (await addResource(who, noun)).id)
  const email = /signup|signUpEmail/.test(operation.id) ? `${randomUUID()}@example.org` : ada.email
  return {
    ...request,
    ...(request.body === undefined
      ? {}
      : { body: String(request.body).replace('ada@example.org', email) }),
  }
}

/** The operations that a case has something to change in. */
const cells = (change: Change) =>
  contractOperations.filter(
    (operation) =>
      change(
        exampleRequest(operation, { id: NO_TASK, token: 'x', sessionToken: 'x' }),
        operation,
      ) !== undefined,
  )

describe.each(Object.entries(CASES))(
  '%s: mock and server answer alike, and as the contract says',
  (_, change) => {
    test.each(cells(change))('$id', async (operation) => {
      const request = change(await goodRequest(operation), operation) as Outgoing
      const [real, mocked] = [await exchange(service.url, request), await exchange(mock, request)]
      expect(shown(operation, real).faults).toEqual([])
      expect(shown(operation, mocked)).toEqual(shown(operation, real))
    })
  },
)

describe.each(Object.entries(EXCEPTIONS))(
  '%s: only the server refuses it by itself; the mock does when it is asked to',
  (_, { status, change }) => {
    test.each(cells(change))('$id', async (operation) => {
      const request = change(await goodRequest(operation), operation) as Outgoing
      const [real, mocked] = [await exchange(service.url, request), await exchange(mock, request)]
      expect([real.status, Math.floor(mocked.status / 100)]).toEqual([status, 2])
      const preferred = await exchange(mock, {
        ...request,
        headers: [...(request.headers ?? []), ['prefer', `code=${status}`]],
      })
      expect([preferred.status, shown(operation, preferred).faults]).toEqual([status, []])
      expect(shown(operation, preferred)).toEqual(shown(operation, real))
    })
  },
)

test('every case has an operation that it is tried on', () => {
  const all = [
    ...Object.entries(CASES),
    ...Object.entries(EXCEPTIONS).map(([name, { change }]) => [name, change] as const),
  ]
  expect(
    all.filter(([, change]) => cells(change as Change).length === 0).map(([name]) => name),
  ).toEqual([])
})

test('the mock survives what Prism would end or wait over', async () => {
  const authorization: [string, string] = ['authorization', `Bearer ${ada.token}`]
  const odd: Outgoing[] = [
    ...['*', 'json', ';;'].map(
      (accept): Outgoing => ({
        method: 'GET',
        path: ada.tasks,
        headers: [authorization, ['accept', accept]],
      }),
    ),
    ...['application/json; charset=utf-16', ';;;', 'json', 'a/b/c'].map(
      (type): Outgoing => ({
        method: 'POST',
        path: ada.tasks,
        headers: [authorization, ['content-type', type]],
        body: '{}',
      }),
    ),
    {
      method: 'POST',
      path: ada.tasks,
      headers: [authorization, ['content-type', 'application/json']],
      body: `{"x":"${'x'.repeat(120_000)}"}`,
    },
    { method: 'HEAD', path: ada.tasks, headers: [authorization] },
    { method: 'GET', path: '//' },
  ]
  for (const request of odd) {
    const [real, mocked] = [await exchange(service.url, request), await exchange(mock, request)]
    expect([request, mocked.status, mocked.body?.code]).toEqual([
      request,
      real.status,
      real.body?.code,
    ])
  }
  const hangUp = connect(Number(new URL(mock).port), '127.0.0.1', () =>
    hangUp.write('POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{', () =>
      hangUp.destroy(),
    ),
  )
  await new Promise((resolve) => hangUp.once('close', resolve))
  expect((await exchange(mock, { method: 'GET', path: '/api/%zz/tasks' })).body).toMatchObject({
    status: 400,
    code: 'invalid_request',
  })
  expect((await exchange(mock, { method: 'GET', path: '/api/x' })).body).toMatchObject({
    status: 404,
    code: 'not_found',
  })
  expect((await exchange(mock, { method: 'GET', path: '/livez' })).status).toBe(200)
})
