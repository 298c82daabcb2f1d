import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { contractOperations, type Operation } from '../../server/contract/document.ts'
import { addResource, NOUNS, nounOf } from '../../server/testing/data/nouns.ts'
import { effort, seed } from '../../server/testing/effort.ts'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { brokenRequests } from './broken-requests.ts'
import { faults, responseFaults } from './contract-schemas.ts'
import { exampleRequest, NO_TASK } from './example-request.ts'
import { exchange, type Incoming, type Outgoing } from './exchange.ts'
import { ableToSucceed, requestOf, validChoices } from './valid-requests.ts'

// Generated requests, made from the schemas of the contract. A failure prints its
// seed: PROPERTY_SEED repeats it.

vi.setConfig({ testTimeout: 3_600_000 })
const total = effort({ usual: 3_000, long: 200_000 })
/** Each hashes a password, or tries to: 80 ms of a core. */
const HASHING = new Set<string>([
  'signup',
  'login',
  'signUpEmail',
  'signInEmail',
  'changePassword',
  'deleteAccount',
])

let service: TestService
let ada: Person
let bob: Person
/** A resource of Ada's, by its kind. */
const ids: Record<string, string> = {}
let bobsTask: string
let sent = 0
beforeAll(async () => {
  service = await startService({ keep: true })
  ;[ada, bob] = [await newPerson(service.url, 'ada'), await newPerson(service.url, 'bob')]
  bobsTask = (await bob.addTask({ title: 'of Bob' })).id
  for (const noun of Object.keys(NOUNS)) ids[noun] = (await addResource(ada, noun)).id
})
afterAll(async () => {
  await service.close()
  process.stdout.write(`properties: ${sent} requests\n`)
  expect(sent).toBeGreaterThanOrEqual(total)
})

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What belongs to the inside of the server, and to no response. */
const INSIDE = new RegExp(
  [
    root,
    'node_modules',
    'node:internal',
    '\\bat \\S+ \\(',
    '\\.ts:\\d+',
    '\\.js:\\d+',
    'SQLSTATE',
    'slonik',
    'postgres',
    'pg_',
    'PGlite',
    'syntax error',
    'violates',
    'relation "',
    'select .* from',
    'insert into',
    'Cannot read',
    'is not a function',
    'is not defined',
    '\\{user_id\\}',
    'openapi\\.(paths|components)',
    'ajv',
    'ECONN',
  ].join('|'),
  'i',
)

async function send(request: Outgoing): Promise<Incoming> {
  sent += 1
  return exchange(service.url, request)
}

/** What every error must be, whatever caused it. */
function expectProblem(response: Incoming): void {
  expect(response.status).toBeLessThan(500)
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(faults(['components', 'schemas', 'Problem'], response.body)).toEqual([])
  expect(response.body.status).toBe(response.status)
  // What was sent may come back as the name of an unknown member; all else is the server's own
  // words.
  const own = JSON.stringify([
    response.headers,
    {
      ...response.body,
      errors: response.body.errors?.map((error: object) => ({ ...error, pointer: '' })),
    },
  ])
  expect(own).not.toMatch(INSIDE)
}

const idFor = (operation: Operation) => ids[nounOf(operation) ?? 'task'] as string

const perOperation = Math.ceil(total / 2 / contractOperations.length)
/** Half of the requests are broken, a fifth well-formed, the rest odd in their path or headers. */
const check = <T>(
  arbitrary: fc.Arbitrary<T>,
  runs: number,
  property: (value: T) => Promise<void>,
) =>
  fc.assert(fc.asyncProperty(arbitrary, property), {
    numRuns: Math.ceil(runs),
    // The search for the smallest failure ends: texts of 16,000 characters have many smaller ones.
    interruptAfterTimeLimit: 60_000,
    markInterruptAsFailure: true,
    ...seed,
  })

test.each(contractOperations)(
  '$id: a request broken in one place is a problem that points there (rules 8, 9, 10)',
  async (operation) => {
    await check(
      brokenRequests(operation, ada, idFor(operation)),
      perOperation,
      async ({ what, request, statuses, place }) => {
        const response = await send(request)
        expect([what, statuses.includes(response.status), response.status]).toEqual([
          what,
          true,
          response.status,
        ])
        expectProblem(response)
        if (place)
          expect([what, response.body.errors]).toEqual([
            what,
            expect.arrayContaining([expect.objectContaining(place)]),
          ])
      },
    )
  },
)

/** Statuses that say nothing against the form of a request. */
const WELL_FORMED = [200, 201, 204, 304, 404, 409, 412]

/** What only the stored tasks, or the list of common passwords, show to be wrong. */
const isBeyondTheSchema = ({ pointer, code }: { pointer: string; code: string }) =>
  code === 'too_common' ||
  (code === 'invalid' &&
    /\/(due_\w+|before|after|list_id|parent_id|recurrence|completed_on|skipped_on)$/.test(pointer))

test.each(contractOperations)(
  '$id: a valid request is not refused, and comes back as stored',
  async (operation) => {
    const isSignUp = /^(signup|signUpEmail)$/.test(operation.id)
    const isSignIn = /^(login|signInEmail)$/.test(operation.id)
    // A new user each time, because this one signs out or is deleted.
    const isLast = /^(logout|signOut|revokeSession|changePassword|deleteAccount)$/.test(
      operation.id,
    )
    const isProof = /^(changePassword|deleteAccount)$/.test(operation.id)
    const runs =
      HASHING.has(operation.id) || isLast ? Math.max(20, perOperation / 20) : (perOperation * 2) / 5
    let succeeded = 0
    // One that recurs.
    ids.task = (await addResource(ada, 'task')).id
    await check(fc.tuple(validChoices(operation), fc.boolean()), runs, async ([chosen, known]) => {
      const choice = known ? ableToSucceed(chosen) : chosen
      if (isSignUp && known)
        Object.assign(choice.body as object, { email: `new.${sent}@example.org` })
      if (isProof && known)
        Object.assign(choice.body as object, {
          [operation.id === 'deleteAccount' ? 'password' : 'current_password']: ada.password,
        })
      if (isSignIn && known)
        Object.assign(choice.body as object, { email: ada.email, password: ada.password })
      if (operation.id === 'applyOperations') {
        // Of many at random one is sure to be refused, and with it all; half of them are one alone.
        const body = choice.body as { operations: { action: string; id?: string }[] }
        if (known) body.operations.splice(1)
        for (const each of body.operations)
          if (each.id) each.id = ids[each.action.split('_')[1] as string] as string
      }
      const response = await send(
        requestOf(
          operation,
          isLast ? await newPerson(service.url, 'eve') : ada,
          idFor(operation),
          choice,
        ),
      )
      const byAnotherRule =
        [
          'cursor_invalid',
          'changes_gone',
          'idempotency_key_reused',
          'INVALID_CALLBACK_URL',
        ].includes(response.body?.code) ||
        (response.status === 422 && response.body?.errors?.every(isBeyondTheSchema)) ||
        (HASHING.has(operation.id) && response.body?.errors?.[0]?.pointer === '/email') ||
        (isProof && !known && response.status === 422) ||
        (isSignIn && !known && response.status === 401)
      const isAsExpected = known ? response.status < 400 : WELL_FORMED.includes(response.status)
      expect([response.status, response.body?.code, isAsExpected || byAnotherRule]).toEqual([
        response.status,
        response.body?.code,
        true,
      ])
      if (response.status >= 400) return expectProblem(response)
      succeeded += 1
      const type = response.headers['content-type']?.toString().split(';')[0] ?? ''
      expect(responseFaults(operation, response.status, type, response.body)).toEqual([])
      if (choice.body && response.body?.etag !== undefined && !operation.id.startsWith('move')) {
        // What else is to be completed, and on which day, is no member of the task.
        const { subtasks, completed_on, skipped_on, ...stored } = choice.body as Record<
          string,
          unknown
        >
        expect(response.body).toMatchObject(stored)
      }
      if (/^delete|Label$|^applyOperations$|^skip/.test(operation.id))
        for (const noun of Object.keys(NOUNS)) ids[noun] = (await addResource(ada, noun)).id
    })
    expect(succeeded).toBeGreaterThan(0)
  },
)

test('a random path reaches nothing of another user', async () => {
  const pieces = [
    'api',
    'auth',
    'tasks',
    'complete',
    ada.id,
    bob.id,
    ids.task as string,
    ids.list as string,
    'lists',
    bobsTask,
    '..',
    '.',
    '',
    '%2e%2e',
    '%2E.',
    '%2f',
    '%5c',
    '%00',
    '%zz',
    '%252f',
    ';',
    '%c0%ae%c0%ae',
    '..%2f',
    'livez',
    'x'.repeat(3_000),
    'api%2ftasks',
    '__proto__',
    '@evil.example',
    '*',
    '%e2%80%ae',
  ]
  const paths = fc.tuple(
    fc.array(fc.constantFrom(...pieces), { maxLength: 8 }),
    fc.constantFrom('', '?', '?limit=5', '?/../', '#', ';', '??', '?%00'),
    fc.constantFrom(
      ...([
        '',
        `/api/${bob.id}/`,
        `/api/${ada.id}/../${bob.id}/`,
        `/api/${ada.id}%2f..%2f${bob.id}/`,
        `//api/${bob.id}/`,
        `http://x/api/${bob.id}/`,
      ] as const),
    ),
  )
  await check(
    fc.tuple(paths, fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD')),
    total / 5,
    async ([[segments, query, start], method]) => {
      const own = start === '' && segments[0] === 'api' && segments[1] === ada.id
      // Her own paths have their own tests; a DELETE here would take the task away that they use.
      if (own && method !== 'GET') return
      const response = await send({
        method,
        path: `${start || '/'}${segments.join('/')}${query}`,
        headers: [['authorization', `Bearer ${ada.token}`]],
      })
      expect(response.status).toBeLessThan(500)
      expect(response.text).not.toContain('of Bob')
      if (response.status >= 400 && method !== 'HEAD') expectProblem(response)
    },
  )
  expect((await bob.send(bob.tasks)).body).toMatchObject({
    items: [{ id: bobsTask, title: 'of Bob' }],
    total: 1,
  })
})

test('repeated or odd headers are accepted or refused, and crash nothing', async () => {
  const values: Record<string, string[]> = {
    authorization: [
      `Bearer ${ada.token}`,
      'Bearer x',
      '',
      'bearer  ',
      `Bearer ${ada.token},Bearer ${ada.token}`,
    ],
    'content-type': [
      'application/json',
      'text/plain',
      ';',
      '',
      'application/json;charset',
      'a/b/c',
      'application/json, application/json',
    ],
    accept: [
      '*/*',
      'text/csv',
      '',
      'application/json;q=0',
      ';;;',
      'a',
      `text/${'x'.repeat(500)}`,
      '*/*;q=9',
    ],
    'if-match': ['"1"', '*', 'x'],
    'if-none-match': ['"1"', '*', '"'],
    'x-request-id': ['a', '', '\u00ff', 'x'.repeat(300), '../../etc'],
    cookie: [
      'better-auth.session_token=x',
      'a',
      '=;=',
      `better-auth.session_token=${'%'.repeat(50)}`,
    ],
    origin: ['null', 'https://evil.example', 'x', '', 'http://localhost:5173'],
    'content-encoding': ['gzip', 'identity', 'x', ''],
    'x-forwarded-for': ['1.2.3.4', 'x', '::1, y'],
    expect: ['x'],
    host: ['x', 'a:b'],
    range: ['bytes=0-1', 'x'],
    prefer: ['code=500'],
    'x-http-method-override': ['DELETE'],
    'sec-fetch-site': ['cross-site', 'x'],
    'sec-fetch-mode': ['navigate'],
    'user-agent': ['', 'x'.repeat(9_000), '\u00fc'],
  }
  const line = fc.constantFrom(
    ...Object.entries(values).flatMap(([name, each]) =>
      each.map((value): [string, string] => [name, value]),
    ),
  )
  const others = contractOperations.filter(
    ({ id }) =>
      !/^(logout|revokeSession|revokeOtherSessions|changePassword|deleteAccount)$/.test(id),
  )
  const seldomHashing = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...others.filter(({ id }) => !HASHING.has(id))) },
    { weight: 1, arbitrary: fc.constantFrom(...others.filter(({ id }) => HASHING.has(id))) },
  )
  const requests = fc.tuple(
    seldomHashing,
    fc.array(line, { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  await check(requests, total / 5, async ([operation, lines, twice]) => {
    const request = exampleRequest(
      operation,
      { ...ada, sessionToken: bob.sessionToken.replace(/^./, 'x') },
      NO_TASK,
    )
    const response = await send({
      ...request,
      headers: [...(request.headers ?? []), ...lines, ...(twice ? lines : [])],
    })
    expect(response.status).toBeLessThan(500)
    if (response.status >= 400) expectProblem(response)
  })
})
