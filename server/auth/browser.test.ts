import { createAuthClient } from 'better-auth/client'
import { getMigrations } from 'better-auth/db/migration'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { readConfig } from '../config.ts'
import { newPerson, send } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'
import { createIdentity } from './identity.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const fresh = () => ({
  email: `${crypto.randomUUID()}@example.org`,
  password: 'correct horse battery',
  name: 'Ada',
})

/** What a browser keeps between requests, over the real `fetch`. */
function browser() {
  const jar = new Map<string, string>()
  const go = async (input: string | URL | Request, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('origin', service.url)
    if (jar.size > 0)
      headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(input, { ...init, headers })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) as unknown as [string, string, string]
      if (/Max-Age=0/i.test(cookie)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  return {
    go,
    jar,
    json: async <Body>(path: string, body?: unknown) => {
      const response = await go(
        `${service.url}${path}`,
        body === undefined
          ? {}
          : {
              method: 'POST',
              body: JSON.stringify(body),
              headers: { 'content-type': 'application/json' },
            },
      )
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Body,
      }
    },
  }
}

describe('better-auth/client', () => {
  const client = (go: typeof fetch) =>
    createAuthClient({ baseURL: service.url, fetchOptions: { customFetchImpl: go } })

  test('the stock client signs up, sees its session, signs out and sees none', async () => {
    const { go } = browser()
    const auth = client(go as typeof fetch)
    const credentials = fresh()
    const up = await auth.signUp.email(credentials)
    expect(up.error).toBeNull()
    expect(up.data?.user.email).toBe(credentials.email)
    expect((await auth.getSession()).data?.user.email).toBe(credentials.email)
    expect((await auth.signOut()).data).toMatchObject({ success: true })
    expect((await auth.getSession()).data).toBeNull()
    expect(
      (await auth.signIn.email({ email: credentials.email, password: credentials.password })).data
        ?.user.name,
    ).toBe('Ada')
  })

  test('the stock client may give a picture, and where to go afterwards', async () => {
    const auth = client(browser().go as typeof fetch)
    const credentials = fresh()
    const image = 'https://example.org/ada.png'
    const up = await auth.signUp.email({ ...credentials, image, callbackURL: '/today' })
    expect([up.error, up.data?.user.image]).toEqual([null, image])
    expect((await auth.getSession()).data?.user.image).toBe(image)
    const into = (callbackURL: string) =>
      auth.signIn.email({ email: credentials.email, password: credentials.password, callbackURL })
    for (const callbackURL of ['/today', `${service.url}/account`]) {
      const { data, error } = await into(callbackURL)
      expect([error, data?.redirect, data?.url]).toEqual([null, true, callbackURL])
    }
    for (const callbackURL of ['https://evil.example/', '//evil.example', 'javascript:alert(1)'])
      expect((await into(callbackURL)).error).toMatchObject({
        status: 403,
        code: 'INVALID_CALLBACK_URL',
        message: 'Invalid callbackURL',
      })
    expect(
      (await auth.signUp.email({ ...fresh(), callbackURL: 'https://evil.example/' })).error,
    ).toMatchObject({ status: 403 })
  })

  test('the stock client finds code, message and status of an error', async () => {
    const auth = client(browser().go as typeof fetch)
    const wrong = await auth.signIn.email({ email: 'unknown@example.org', password: 'wrong horse' })
    expect(wrong.error).toMatchObject({
      status: 401,
      code: 'INVALID_EMAIL_OR_PASSWORD',
      message: 'Invalid email or password',
    })
    const credentials = fresh()
    await auth.signUp.email(credentials)
    expect((await auth.signUp.email(credentials)).error).toMatchObject({
      status: 409,
      code: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
      message: 'This email is already registered',
    })
    expect((await auth.signUp.email({ ...fresh(), password: 'short' })).error).toMatchObject({
      status: 422,
      code: 'invalid_body',
      message: expect.any(String),
    })
  })
})

describe('signUpEmail, signInEmail, getSession', () => {
  test.each(['sign-up/email', 'sign-in/email'])(
    '422 on %s: an e-mail that fits the contract and not Better Auth is pointed to',
    async (path) => {
      const { status, body } = await browser().json<Problem>(`/api/auth/${path}`, {
        email: '/a@a.aa',
        password: 'correct horse',
      })
      expect([status, body.code, body.errors]).toEqual([
        422,
        'INVALID_EMAIL',
        [expect.objectContaining({ in: 'body', pointer: '/email' })],
      ])
    },
  )

  test('the session is an HttpOnly, SameSite=Lax cookie; no response shows it', async () => {
    const { json, jar } = browser()
    const credentials = fresh()
    const up = await json<Schemas['BrowserSignUp']>('/api/auth/sign-up/email', credentials)
    expect(up.headers.get('set-cookie')).toMatch(
      new RegExp(
        '^better-auth\\.session_token=[^;]+; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax,' +
          ' ?docket\\.device-',
      ),
    )
    const token = decodeURIComponent(jar.get('better-auth.session_token') as string)
    const signedIn = await json('/api/auth/sign-in/email', {
      email: credentials.email,
      password: credentials.password,
    })
    const session = await json<Schemas['BrowserSession']>('/api/auth/get-session')
    for (const { body, headers } of [up, signedIn, session]) {
      expect(JSON.stringify(body)).not.toContain(token.split('.')[0])
      expect(headers.has('set-auth-token')).toBe(false)
    }
    expect([up.body.token, session.body?.session.token]).toEqual(['', ''])
  })

  test('a sign-in ends the session that the browser had', async () => {
    const { json, jar } = browser()
    const credentials = fresh()
    await json('/api/auth/sign-up/email', credentials)
    const first = decodeURIComponent(jar.get('better-auth.session_token') as string)
    await json('/api/auth/sign-in/email', {
      email: credentials.email,
      password: credentials.password,
    })
    const ended = await send(`${service.url}/api/auth/token`, {
      headers: { authorization: `Bearer ${first}` },
    })
    expect(ended.status).toBe(401)
    expect((await json<{ token: string }>('/api/auth/token', undefined)).status).toBe(200)
  })

  test('a session that is used is extended, but not beyond 30 days', async () => {
    const bob = await newPerson(service.url, 'bob')
    const aged = (days: number) =>
      service.database.rows<{ left: number }>({
        sql: `update session set "createdAt" = now() - $1 * interval '1 day',
          "expiresAt" = now() + interval '1 hour' where "userId" = $2`,
        values: [days, bob.id],
      })
    const renew = () =>
      send(`${service.url}/api/auth/token`, {
        headers: { authorization: `Bearer ${bob.sessionToken}` },
      })
    const daysLeft = async () => {
      const { body } = await bob.send<{ items: { expires_at: string }[] }>(
        `/api/${bob.id}/sessions`,
      )
      return (Date.parse(body.items[0]?.expires_at ?? '') - Date.now()) / 86_400_000
    }
    await aged(10)
    expect((await renew()).status).toBe(200)
    expect(await daysLeft()).toBeCloseTo(7, 1)
    await aged(29)
    expect((await renew()).status).toBe(200)
    expect(await daysLeft()).toBeCloseTo(1, 1)
  })

  test('signing out tells the browser to forget the responses that it keeps', async () => {
    const { json } = browser()
    await json('/api/auth/sign-up/email', fresh())
    expect((await json('/api/auth/sign-out', {})).headers.get('clear-site-data')).toBe('"cache"')
    const bob = await newPerson(service.url, 'bob')
    expect(
      (await bob.send('/api/auth/logout', { method: 'POST' })).headers.get('clear-site-data'),
    ).toBe('"cache"')
  })

  test('on https the cookie is Secure', async () => {
    const secure = await startService({ environment: { BETTER_AUTH_URL: 'https://docket.test' } })
    const { headers } = await send(`${secure.url}/api/auth/sign-up/email`, {
      method: 'POST',
      json: fresh(),
    })
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-better-auth\.session_token=.*; Secure.*, ?__Host-docket\.device-.*; Secure/,
    )
  })

  test('200 without an Origin, as from curl; 403 from another origin', async () => {
    const person = fresh()
    expect(
      (await send(`${service.url}/api/auth/sign-up/email`, { method: 'POST', json: person }))
        .status,
    ).toBe(200)
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'https://evil.example', cookie: 'better-auth.session_token=x' },
    ] as Record<string, string>[]) {
      const {
        status,
        body,
        headers: answered,
      } = await send<Problem>(`${service.url}/api/auth/sign-in/email`, {
        method: 'POST',
        json: { email: person.email, password: person.password },
        headers,
      })
      expect([status, body.code]).toEqual([403, 'INVALID_ORIGIN'])
      expect(answered.has('access-control-allow-origin')).toBe(false)
    }
  })
})

describe('getToken and signOut', () => {
  test('the cookie gets an access token, which is 401 right after sign-out', async () => {
    const { json } = browser()
    const { user } = (await json<Schemas['BrowserSignUp']>('/api/auth/sign-up/email', fresh())).body
    const { token } = (await json<Schemas['AccessToken']>('/api/auth/token')).body
    const tasks = () =>
      send<Problem>(`${service.url}/api/${user.id}/tasks`, {
        headers: { authorization: `Bearer ${token}` },
      })
    expect((await tasks()).status).toBe(200)
    expect((await json('/api/auth/sign-out', {})).body).toEqual({ success: true })
    expect((await tasks()).body.code).toBe('session_ended')
    expect((await json<Problem>('/api/auth/token')).body.code).toBe('session_missing')
  })

  test('a bearer session token signs out too, and signing out of nothing is no error', async () => {
    const ada = await newPerson(service.url)
    expect(
      (
        await send(`${service.url}/api/auth/sign-out`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ada.sessionToken}` },
        })
      ).status,
    ).toBe(200)
    expect((await ada.send(ada.tasks)).status).toBe(401)
    expect((await send(`${service.url}/api/auth/sign-out`, { method: 'POST' })).status).toBe(200)
  })
})

test('Better Auth finds its tables: its own migration adds nothing', async () => {
  const identity = createIdentity(
    readConfig({ BETTER_AUTH_SECRET: service.secret }),
    service.database.identityPool,
    pino({ level: 'silent' }),
  )
  const { toBeCreated, toBeAdded } = await getMigrations(identity.options)
  expect({ toBeCreated, toBeAdded }).toEqual({ toBeCreated: [], toBeAdded: [] })
})
