import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contract, contractOperations, type Operation } from '../../server/contract/document.ts'
import { sql } from '../../server/database/sql.ts'
import { addResource, nounOf } from '../../server/testing/data/nouns.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { exampleRequest } from '../requests/example-request.ts'
import { exchange, type Incoming } from '../requests/exchange.ts'

// Every operation x every kind of caller, each with its exact response. What an operation takes is
// read from the contract's `security`; an operation that opens in a way no table here knows fails.

let service: TestService
let ada: Person
let bob: Person
/** Ended her session. */
let eve: Person
/** Was deleted. */
let dan: Person
let task: { id: string }
/** As it was before all of it. */
let stored: unknown

beforeAll(async () => {
  service = await startService({ keep: true })
  ;[ada, bob, eve, dan] = (await Promise.all(
    ['ada', 'bob', 'eve', 'dan'].map((name) => newPerson(service.url, name)),
  )) as [Person, Person, Person, Person]
  task = await addResource(ada, 'task')
  stored = (await ada.send(`${ada.tasks}/${task.id}`)).body
  await eve.send('/api/auth/logout', { method: 'POST' })
  await service.database.rows(sql.unsafe`delete from "user" where id = ${dan.id}::uuid`)
  // The account of the contract's examples, so that signing up again and signing in both have their
  // own response.
  await send(`${service.url}/api/auth/signup`, {
    method: 'POST',
    json: { email: 'ada@example.org', password: 'correct horse battery' },
  })
})
afterAll(() => service.close())

const now = () => Math.floor(Date.now() / 1_000)
const key = () => new TextEncoder().encode(service.secret)

/** Ada's token with other claims, another algorithm or another key. */
function forge(
  claims: Record<string, unknown>,
  alg = 'HS256',
  secret: Parameters<SignJWT['sign']>[0] = key(),
): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...decodeJwt(ada.token), ...claims }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return new SignJWT(payload).setProtectedHeader({ alg, typ: 'JWT' }).sign(secret)
}

const forgedWith = (alg: 'RS256' | 'ES256') =>
  forge(
    {},
    alg,
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  )

const bearer = (token: string): [string, string][] => [['authorization', `Bearer ${token}`]]
const cookie = (token: string): [string, string][] => [
  ['cookie', `better-auth.session_token=${token}`],
]

/** Bad tokens: the same refusal wherever an access token is read. */
const BAD_TOKENS: Record<string, () => string | Promise<string>> = {
  'a token that is not yet valid': () => forge({ nbf: now() + 3_600 }),
  'a token of the wrong key': () => forge({}, 'HS256', new TextEncoder().encode('x'.repeat(43))),
  'an expired token of the wrong key': () =>
    forge({ exp: now() - 1 }, 'HS256', new TextEncoder().encode('x'.repeat(43))),
  'an unsigned token (alg none)': () => new UnsecuredJWT(decodeJwt(ada.token)).encode(),
  'a signed token that says alg none': () =>
    [Buffer.from('{"alg":"none"}').toString('base64url'), ...ada.token.split('.').slice(1)].join(
      '.',
    ),
  'a token by HS384': () => forge({}, 'HS384'),
  'a token by HS512': () => forge({}, 'HS512'),
  'a token by RS256': () => forgedWith('RS256'),
  'a token by ES256': () => forgedWith('ES256'),
  'a token of another issuer': () => forge({ iss: 'another' }),
  'a token without iss': () => forge({ iss: undefined }),
  'a token without sub': () => forge({ sub: undefined }),
  'a token without user_id': () => forge({ user_id: undefined }),
  'a token without sid': () => forge({ sid: undefined }),
  'a token without iat': () => forge({ iat: undefined }),
  'a token without exp': () => forge({ exp: undefined }),
  'a token whose sub and user_id differ': () => forge({ user_id: bob.id }),
  'a token with one letter changed': () =>
    ada.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
}

/** Callers that present no good credential, and those whose credential was good once. */
const REFUSED: Record<string, () => Promise<[string, string][]> | [string, string][]> = {
  anonymous: () => [],
  'a malformed header (no scheme)': () => [['authorization', ada.token]],
  'a malformed header (Basic)': () => [
    ['authorization', `Basic ${Buffer.from('ada:secret').toString('base64')}`],
  ],
  'a malformed header (no token)': () => [['authorization', 'Bearer']],
  'a malformed header (two tokens)': () => [['authorization', `Bearer ${ada.token} ${ada.token}`]],
  'an expired token': async () => bearer(await forge({ iat: now() - 3_600, exp: now() - 1 })),
  ...Object.fromEntries(
    Object.entries(BAD_TOKENS).map(([name, make]) => [name, async () => bearer(await make())]),
  ),
  'a token whose session was ended': () => bearer(eve.token),
  'a token whose user was deleted': () => bearer(dan.token),
  "a token of one user with another user's session": async () =>
    bearer(await forge({ sid: decodeJwt(bob.token).sid })),
  'the session token of an ended session': () => bearer(eve.sessionToken),
  'a session token without its signature': () => bearer(bob.sessionToken.split('.')[0] as string),
  'a session cookie without its signature': () => [
    ['cookie', `better-auth.session_token=${bob.sessionToken.split('.')[0]}`],
  ],
  'a session cookie with a forged signature': () => [
    ['cookie', `better-auth.session_token=${bob.sessionToken.replace(/.{4}$/, 'AAA%3D')}`],
  ],
}

/**
 * Whose path a refused caller asks for, where it is not Ada's: a token must be refused on its own
 * user's path too.
 */
const OWN_PATH: Record<string, () => Person> = {
  'a token whose session was ended': () => eve,
  'a token whose user was deleted': () => dan,
}

const CHALLENGE = 'Bearer realm="docket"'
const invalid = (text: string) => `${CHALLENGE}, error="invalid_token", error_description="${text}"`
/** The whole of each refusal: status, code, sentence, challenge. */
const RESPONSES: Record<
  string,
  [status: number, code: string, detail: string, challenge: string | undefined]
> = {
  missing: [
    401,
    'authorization_missing',
    'Authorization header missing. Include: Authorization: Bearer <token>',
    CHALLENGE,
  ],
  no_session: [401, 'session_missing', 'There is no session. Please log in.', CHALLENGE],
  malformed: [
    401,
    'authorization_malformed',
    'Invalid authorization header format. Expected: Bearer <token>',
    invalid('Invalid authorization header format. Expected: Bearer <token>'),
  ],
  expired: [
    401,
    'token_expired',
    'Token has expired. Please log in again.',
    invalid('Token has expired. Please log in again.'),
  ],
  invalid: [401, 'token_invalid', 'The token is not valid.', invalid('The token is not valid.')],
  ended: [
    401,
    'session_ended',
    'The session of this token has ended. Please log in again.',
    invalid('The session of this token has ended. Please log in again.'),
  ],
  denied: [
    403,
    'access_denied',
    'Access denied. You can only access your own resources.',
    undefined,
  ],
}

/** What a refused caller gets where an access token is read. */
function whereTokensAreRead(caller: string): keyof typeof RESPONSES {
  if (caller === 'anonymous' || caller.includes('cookie')) return 'missing'
  if (caller.startsWith('a malformed')) return 'malformed'
  if (caller === 'an expired token') return 'expired'
  return caller.startsWith('a token whose session') ||
    caller.startsWith('a token whose user was') ||
    caller.includes("another user's session")
    ? 'ended'
    : 'invalid'
}

/**
 * The responses that a request without credentials gets from the public operations, asked by
 * the contract's example.
 */
const ANONYMOUS: Record<string, number> = {
  signup: 409,
  login: 200,
  signUpEmail: 409,
  signInEmail: 200,
  signOut: 200,
  getSession: 200,
  getLiveness: 200,
  getReadiness: 200,
}

interface Opening {
  /** What a refused caller gets; `undefined` where everybody is let in. */
  refused: (caller: string) => keyof typeof RESPONSES | undefined
  /** Holds the operation to what good credentials must do. */
  accepted: (operation: Operation) => Promise<void>
}

/** By the `security` of the contract. */
const OPENED_BY: Record<string, Opening> = {
  accessToken: {
    refused: whereTokensAreRead,
    async accepted(operation) {
      const sue = await newPerson(service.url, 'sue')
      const noun = nounOf(operation)
      const id = noun && (await addResource(sue, noun)).id
      expect((await exchange(service.url, exampleRequest(operation, sue, id))).status).toBeLessThan(
        300,
      )
      for (const [credentials, expected] of [
        [bearer(bob.token), 'denied'],
        [bearer(ada.sessionToken), 'invalid'],
      ] as const) {
        const { status, headers, body } = await ask(operation, credentials)
        expect([status, body.code, body.detail, headers['www-authenticate']]).toEqual(
          RESPONSES[expected],
        )
      }
    },
  },
  'accessToken or sessionToken': {
    refused: whereTokensAreRead,
    async accepted(operation) {
      for (const kind of ['token', 'sessionToken'] as const) {
        const sue = await newPerson(service.url, 'sue')
        const { status, body } = await ask(operation, bearer(sue[kind]))
        expect([status, body.user?.id]).toEqual([
          200,
          operation.id === 'logout' ? undefined : sue.id,
        ])
        expect((await sue.send('/api/auth/verify')).status).toBe(
          operation.id === 'logout' ? 401 : 200,
        )
      }
    },
  },
  'sessionCookie or sessionToken': {
    refused: (caller) => {
      if (caller === 'anonymous' || caller.includes('cookie')) return 'no_session'
      return caller.startsWith('a malformed') ? 'malformed' : 'invalid'
    },
    async accepted(operation) {
      for (const credentials of [bearer(bob.sessionToken), cookie(bob.sessionToken)]) {
        const { status, body } = await ask(operation, credentials)
        expect([status, decodeJwt(body.token).sub]).toEqual([200, bob.id])
      }
      expect((await ask(operation, bearer(ada.token))).body.code).toBe('token_invalid')
    },
  },
  'sessionCookie or sessionToken or nothing': {
    refused: () => undefined,
    async accepted(operation) {
      for (const credentials of [bearer, cookie]) {
        const sue = await newPerson(service.url, 'sue')
        const { status, body } = await ask(operation, credentials(sue.sessionToken))
        expect([status, body.user?.id]).toEqual([
          200,
          operation.id === 'signOut' ? undefined : sue.id,
        ])
        expect((await sue.send('/api/auth/verify')).status).toBe(
          operation.id === 'signOut' ? 401 : 200,
        )
      }
    },
  },
  nothing: {
    refused: () => undefined,
    async accepted(operation) {
      expect((await ask(operation, bearer(ada.token))).status).toBe(ANONYMOUS[operation.id])
    },
  },
}

function security({ template, method }: Operation): string {
  const requirements = contract.paths[template]?.[method.toLowerCase() as 'get']?.security ?? []
  return (
    requirements
      .map((requirement) => Object.keys(requirement).join(' and ') || 'nothing')
      .join(' or ') || 'nothing'
  )
}

/**
 * The operation's own example on this person's path, with this caller's credentials in place of its
 * own.
 */
function ask(
  operation: Operation,
  credentials: [string, string][],
  owner = ada,
): Promise<Incoming> {
  const { headers = [], ...request } = exampleRequest(operation, owner, task.id)
  return exchange(service.url, {
    ...request,
    headers: [...headers.filter(([name]) => name !== 'authorization'), ...credentials],
  })
}

const table = contractOperations.map((operation) => ({
  operation,
  id: operation.id,
  opened: security(operation),
}))

function openingOf(operation: Operation): Opening {
  const opening = OPENED_BY[security(operation)]
  if (!opening)
    throw new Error(`No table says who may call ${operation.id}: ${security(operation)}`)
  return opening
}

test.each(table)(
  '$id, open to $opened: the response to every other caller (rules 11, 12)',
  async ({ operation }) => {
    const { refused } = openingOf(operation)
    for (const [caller, credentials] of Object.entries(REFUSED)) {
      const { status, headers, body } = await ask(
        operation,
        await credentials(),
        OWN_PATH[caller]?.(),
      )
      const expected = refused(caller)
      if (expected)
        expect([caller, status, body.code, body.detail, headers['www-authenticate']]).toEqual([
          caller,
          ...(RESPONSES[expected] as [number, string, string, string]),
        ])
      // Anonymous: no session of any user is shown.
      else
        expect([caller, status, body?.session]).toEqual([
          caller,
          ANONYMOUS[operation.id],
          undefined,
        ])
    }
  },
)

test.each(table)(
  '$id, open to $opened: good credentials do what they should, for their own user',
  async ({ operation }) => {
    await openingOf(operation).accepted(operation)
  },
)

test('after all of it, the task and the sessions are as they were', async () => {
  expect((await ada.send(`${ada.tasks}/${task.id}`)).body).toEqual(stored)
  for (const person of [ada, bob]) expect((await person.send('/api/auth/verify')).status).toBe(200)
})
