import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { newPerson, type Person, send } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const post = <Body>(path: string, json: unknown, headers: Record<string, string> = {}) =>
  send<Body>(`${service.url}${path}`, { method: 'POST', json, headers })
const get = <Body>(path: string, token?: string) =>
  send<Body>(
    `${service.url}${path}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  )
const fresh = () => ({
  email: `${crypto.randomUUID()}@example.org`,
  password: 'correct horse battery',
})

describe('signup', () => {
  test('201: user, tokens and lifetime, no cookie; the access token works', async () => {
    const { status, headers, body } = await post<Schemas['SessionGrant']>('/api/auth/signup', {
      ...fresh(),
      name: 'Grace',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 1_800, user: { name: 'Grace' } })
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('set-auth-token')).toBeNull()
    expect((await get(`/api/${body.user.id}/tasks`, body.access_token)).status).toBe(200)
  })

  test('201: without a name, the local part of the e-mail is used', async () => {
    const credentials = fresh()
    expect(
      (await post<Schemas['SessionGrant']>('/api/auth/signup', credentials)).body.user.name,
    ).toBe(credentials.email.split('@')[0])
  })

  test('201: a password of 128 characters of two UTF-16 units each is 128 characters', async () => {
    const credentials = { ...fresh(), password: '🔑'.repeat(128) }
    expect((await post('/api/auth/signup', credentials)).status).toBe(201)
    expect((await post('/api/auth/login', credentials)).status).toBe(200)
  })

  test('422: common passwords, blanks and the e-mail are too_common, everywhere', async () => {
    const { email } = fresh()
    for (const password of [
      'password',
      '12345678',
      'QwertyUiop',
      ' iloveyou ',
      ' '.repeat(8),
      email,
      email.toUpperCase(),
    ])
      for (const path of ['/api/auth/signup', '/api/auth/sign-up/email']) {
        const { status, body } = await post<Problem>(path, { email, password, name: 'x' })
        expect([password, status, body.errors?.[0]?.pointer, body.errors?.[0]?.code]).toEqual([
          password,
          422,
          '/password',
          'too_common',
        ])
      }
    const changed = await ada.send<Problem>(`/api/${ada.id}/password`, {
      method: 'POST',
      json: { current_password: ada.password, new_password: 'Password1' },
    })
    expect([
      changed.status,
      changed.body.errors?.[0]?.pointer,
      changed.body.errors?.[0]?.code,
    ]).toEqual([422, '/new_password', 'too_common'])
  })

  test('the log names who signed in; refused ones by a hash only', async () => {
    const { email } = ada
    await post('/api/auth/login', { email, password: ada.password })
    await post('/api/auth/login', { email, password: 'wrong horse' })
    const lines = () =>
      service.log.map((line) => JSON.parse(line)).filter(({ operation }) => operation === 'login')
    await expect
      .poll(() => lines().filter(({ msg }) => msg === 'request').length)
      .toBeGreaterThan(1)
    const signedIn = lines().find(({ status, user_id }) => status === 200 && user_id === ada.id)
    expect(signedIn).toMatchObject({
      address: '127.0.0.1',
      account: expect.stringMatching(/^[\w-]{16}$/),
    })
    expect(
      lines().find(
        ({ refused, account }) => refused === 'invalid_credentials' && account === signedIn.account,
      ),
    ).toMatchObject({ address: '127.0.0.1' })
    expect(service.log.join()).not.toContain(email)
  })

  test('409: a taken e-mail, in any case; of twelve sign-ups at once one wins', async () => {
    const taken = await post<Problem>('/api/auth/signup', {
      email: ada.email.toUpperCase(),
      password: 'another horse',
    })
    expect([taken.status, taken.body.code, taken.body.detail]).toEqual([
      409,
      'email_taken',
      'This email is already registered',
    ])
    const same = fresh()
    const statuses = (
      await Promise.all(Array.from({ length: 12 }, () => post('/api/auth/signup', same)))
    )
      .map(({ status }) => status)
      .sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 11 }, () => 409)])
  })

  test.each([
    ['a short password', { email: 'a@example.org', password: 'short' }, '/password'],
    ['no password', { email: 'a@example.org' }, '/password'],
    ['no e-mail', { password: 'long enough' }, '/email'],
    ['an e-mail without an @', { email: 'ada', password: 'long enough' }, '/email'],
    [
      'an e-mail that only a mail server could love',
      { email: 'a@b', password: 'long enough' },
      '/email',
    ],
    [
      'an unknown member',
      { email: 'a@example.org', password: 'long enough', role: 'admin' },
      '/role',
    ],
    [
      'NUL in the name',
      { email: 'a@example.org', password: 'long enough', name: '\u0000' },
      '/name',
    ],
  ])('422: %s', async (_, json, pointer) => {
    const { status, body } = await post<Problem>('/api/auth/signup', json)
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'invalid_body', pointer])
  })
})

describe('login', () => {
  test('200: signs in, whatever the case of the e-mail', async () => {
    const { status, body } = await post<Schemas['SessionGrant']>('/api/auth/login', {
      email: ada.email.toUpperCase(),
      password: ada.password,
    })
    expect([status, body.user.id]).toEqual([200, ada.id])
  })

  test('401: a wrong password and an unknown e-mail answer the same (rule 12)', async () => {
    const responses = await Promise.all(
      [{ email: ada.email, password: 'wrong horse' }, fresh()].map((json) =>
        post<Problem>('/api/auth/login', json, { 'x-request-id': 'same' }),
      ),
    )
    expect(responses[0]?.body).toEqual(responses[1]?.body)
    expect(responses[0]?.body).toMatchObject({
      status: 401,
      code: 'invalid_credentials',
      detail: 'Invalid email or password',
    })
    expect(responses[0]?.headers.get('www-authenticate')).toBe('Bearer realm="docket"')
  })
})

describe('verify', () => {
  test('200: either token says whose it is', async () => {
    for (const token of [ada.token, ada.sessionToken]) {
      const { status, body } = await get<Schemas['Verification']>('/api/auth/verify', token)
      expect([status, body.user.id, body.user.email]).toEqual([200, ada.id, ada.email])
    }
  })

  test('401: no token, no bearer, no good', async () => {
    expect((await get<Problem>('/api/auth/verify')).body.code).toBe('authorization_missing')
    expect(
      (
        await send<Problem>(`${service.url}/api/auth/verify`, {
          headers: { authorization: 'Basic YTpi' },
        })
      ).body.code,
    ).toBe('authorization_malformed')
    expect((await get<Problem>('/api/auth/verify', 'abc.def.ghi')).body.code).toBe('token_invalid')
  })
})

describe('getToken', () => {
  test('200: a session token gets an access token with the documented claims', async () => {
    const { status, body } = await get<Schemas['AccessToken']>('/api/auth/token', ada.sessionToken)
    expect([status, body.expires_in]).toEqual([200, 1_800])
    const claims = JSON.parse(
      Buffer.from(body.token.split('.')[1] as string, 'base64url').toString(),
    )
    expect(claims).toEqual({
      sub: ada.id,
      user_id: ada.id,
      email: ada.email,
      name: ada.email.split('@')[0],
      sid: expect.any(String),
      iat: expect.any(Number),
      exp: claims.iat + 1_800,
      iss: 'docket',
    })
    expect((await get(ada.tasks, body.token)).status).toBe(200)
  })

  test('401: no token, an access token, a tampered session token', async () => {
    expect((await get<Problem>('/api/auth/token')).body.code).toBe('session_missing')
    const [bare] = ada.sessionToken.split('.') as [string]
    for (const token of [ada.token, bare, `${bare}.AAAA`, `x${ada.sessionToken}`]) {
      const { status, body } = await get<Problem>('/api/auth/token', token)
      expect([status, body.code]).toEqual([401, 'token_invalid'])
    }
  })
})

describe('logout', () => {
  test.each(['token', 'sessionToken'] as const)(
    '200: with the %s; at the very next request both tokens are 401',
    async (which) => {
      const bob = await newPerson(service.url, 'bob')
      const second = (await get<Schemas['AccessToken']>('/api/auth/token', bob.sessionToken)).body
        .token
      expect((await bob.send(bob.tasks)).status).toBe(200)
      const left = await send(`${service.url}/api/auth/logout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bob[which]}` },
      })
      expect([left.status, left.body]).toEqual([200, { success: true }])
      for (const token of [bob.token, second]) {
        const { status, headers, body } = await get<Problem>(bob.tasks, token)
        expect([status, body.code]).toEqual([401, 'session_ended'])
        expect(headers.get('www-authenticate')).toMatch(
          /^Bearer realm="docket", error="invalid_token", error_description=".+"$/,
        )
      }
      expect((await get('/api/auth/token', bob.sessionToken)).status).toBe(401)
      expect((await get('/api/auth/verify', bob.token)).status).toBe(401)
    },
  )

  test('401: a session ends once, and another session of the same user stays', async () => {
    const bob = await newPerson(service.url, 'bob')
    const other = (await post<Schemas['SessionGrant']>('/api/auth/login', bob)).body
    const again = (
      await post<Schemas['SessionGrant']>('/api/auth/login', {
        email: bob.email,
        password: bob.password,
      })
    ).body
    expect(other).toMatchObject({ code: 'invalid_body' })
    const leave = () =>
      send<Problem>(`${service.url}/api/auth/logout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${bob.token}` },
      })
    expect((await leave()).status).toBe(200)
    expect((await leave()).body.code).toBe('session_ended')
    expect((await get(bob.tasks, again.access_token)).status).toBe(200)
  })

  test('every task operation of a signed-out caller is 401, and writes nothing', async () => {
    const bob = await newPerson(service.url, 'bob')
    const task = await bob.addTask()
    await send(`${service.url}/api/auth/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bob.token}` },
    })
    const one = `${bob.tasks}/${task.id}`
    const missing = `${bob.tasks}/${crypto.randomUUID()}`
    const requests: [string, RequestInit & { json?: unknown }][] = [
      [bob.tasks, {}],
      [bob.tasks, { method: 'POST', json: { title: 'x' } }],
      [one, {}],
      [one, { method: 'PATCH', json: { title: 'x' } }],
      [one, { method: 'DELETE' }],
      [`${one}/complete`, { method: 'PATCH' }],
      [missing, {}],
      [missing, { method: 'DELETE' }],
      [one, { method: 'DELETE', headers: { 'if-match': '"0"' } }],
    ]
    for (const [path, init] of requests)
      expect([path, init.method, (await bob.send<Problem>(path, init)).body.code]).toEqual([
        path,
        init.method,
        'session_ended',
      ])
    const { access_token } = (
      await post<Schemas['SessionGrant']>('/api/auth/login', {
        email: bob.email,
        password: bob.password,
      })
    ).body
    expect((await get<Schemas['TaskPage']>(bob.tasks, access_token)).body.items).toEqual([task])
  })
})

test('no token, password or e-mail is in the log, and every refusal is', async () => {
  const logged = await startService()
  const bob = await newPerson(logged.url, 'bob')
  await bob.send(`${bob.tasks}?cursor=SECRET_QUERY`)
  await bob.addTask({ title: 'SECRET_BODY' })
  await send(`${logged.url}${bob.tasks}`, { headers: { authorization: 'Bearer SECRET_TOKEN.x.y' } })
  await bob.send('/api/someone/tasks')
  await send(`${logged.url}/api/auth/login`, {
    method: 'POST',
    json: { email: bob.email, password: 'SECRET_PASSWORD' },
  })
  const log = logged.log.join('')
  for (const secret of [
    bob.token,
    bob.sessionToken,
    bob.email,
    bob.password,
    'SECRET_',
    logged.secret,
  ])
    expect(log).not.toContain(secret)
  const refused = logged.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.msg === 'refused')
  expect(refused.map((line) => line.refused)).toEqual([
    'token_invalid',
    'access_denied',
    'invalid_credentials',
  ])
  expect(refused.every((line) => line.request_id && line.address)).toBe(true)
})
