import { SignJWT, UnsecuredJWT } from 'jose'
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

const post = <Body>(path: string, json: unknown, headers: Record<string, string> = {}) => send<Body>(`${service.url}${path}`, { method: 'POST', json, headers })
const get = <Body>(path: string, token?: string) =>
  send<Body>(`${service.url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
const fresh = () => ({ email: `${crypto.randomUUID()}@example.org`, password: 'correct horse battery' })

describe('signup', () => {
  test('201: answers user, tokens and lifetime, sets no cookie, and the access token works', async () => {
    const { status, headers, body } = await post<Schemas['SessionGrant']>('/api/auth/signup', { ...fresh(), name: 'Grace' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 1_800, user: { name: 'Grace' } })
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('set-auth-token')).toBeNull()
    expect((await get(`/api/${body.user.id}/tasks`, body.access_token)).status).toBe(200)
  })

  test('201: without a name, the local part of the e-mail is used', async () => {
    const credentials = fresh()
    expect((await post<Schemas['SessionGrant']>('/api/auth/signup', credentials)).body.user.name).toBe(credentials.email.split('@')[0])
  })

  test('201: a password of 128 characters of two UTF-16 units each is 128 characters', async () => {
    const credentials = { ...fresh(), password: '🔑'.repeat(128) }
    expect((await post('/api/auth/signup', credentials)).status).toBe(201)
    expect((await post('/api/auth/login', credentials)).status).toBe(200)
  })

  test('409: a taken e-mail, in whatever case, and of twelve sign-ups at once exactly one wins', async () => {
    const taken = await post<Problem>('/api/auth/signup', { email: ada.email.toUpperCase(), password: 'another horse' })
    expect([taken.status, taken.body.code, taken.body.detail]).toEqual([409, 'email_taken', 'This email is already registered'])
    const same = fresh()
    const statuses = (await Promise.all(Array.from({ length: 12 }, () => post('/api/auth/signup', same)))).map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 11 }, () => 409)])
  })

  test.each([
    ['a short password', { email: 'a@example.org', password: 'short' }, '/password'],
    ['no password', { email: 'a@example.org' }, '/password'],
    ['no e-mail', { password: 'long enough' }, '/email'],
    ['an e-mail without an @', { email: 'ada', password: 'long enough' }, '/email'],
    ['an e-mail that only a mail server could love', { email: 'a@b', password: 'long enough' }, '/email'],
    ['an unknown member', { email: 'a@example.org', password: 'long enough', role: 'admin' }, '/role'],
    ['NUL in the name', { email: 'a@example.org', password: 'long enough', name: '\u0000' }, '/name'],
  ])('422: %s', async (_, json, pointer) => {
    const { status, body } = await post<Problem>('/api/auth/signup', json)
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, 'invalid_body', pointer])
  })
})

describe('login', () => {
  test('200: signs in, whatever the case of the e-mail', async () => {
    const { status, body } = await post<Schemas['SessionGrant']>('/api/auth/login', { email: ada.email.toUpperCase(), password: ada.password })
    expect([status, body.user.id]).toEqual([200, ada.id])
  })

  test('401: a wrong password and an unknown e-mail answer the same (rule 12)', async () => {
    const answers = await Promise.all(
      [{ email: ada.email, password: 'wrong horse' }, fresh()].map((json) => post<Problem>('/api/auth/login', json, { 'x-request-id': 'same' })),
    )
    expect(answers[0]?.body).toEqual(answers[1]?.body)
    expect(answers[0]?.body).toMatchObject({ status: 401, code: 'invalid_credentials', detail: 'Invalid email or password' })
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer realm="docket"')
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
    expect((await send<Problem>(`${service.url}/api/auth/verify`, { headers: { authorization: 'Basic YTpi' } })).body.code).toBe('authorization_malformed')
    expect((await get<Problem>('/api/auth/verify', 'abc.def.ghi')).body.code).toBe('token_invalid')
  })
})

describe('getToken', () => {
  test('200: a session token buys an access token with the claims that other backends read', async () => {
    const { status, body } = await get<Schemas['AccessToken']>('/api/auth/token', ada.sessionToken)
    expect([status, body.expires_in]).toEqual([200, 1_800])
    const claims = JSON.parse(Buffer.from(body.token.split('.')[1] as string, 'base64url').toString())
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

  test('401: nothing, an access token, an unsigned and a tampered session token buy nothing', async () => {
    expect((await get<Problem>('/api/auth/token')).body.code).toBe('session_missing')
    const [bare] = ada.sessionToken.split('.') as [string]
    for (const token of [ada.token, bare, `${bare}.AAAA`, `x${ada.sessionToken}`]) {
      const { status, body } = await get<Problem>('/api/auth/token', token)
      expect([status, body.code]).toEqual([401, 'token_invalid'])
    }
  })
})

describe('logout', () => {
  test.each(['token', 'sessionToken'] as const)('200: with the %s; at the very next request both tokens are 401', async (which) => {
    const bob = await newPerson(service.url, 'bob')
    const second = (await get<Schemas['AccessToken']>('/api/auth/token', bob.sessionToken)).body.token
    expect((await bob.send(bob.tasks)).status).toBe(200)
    const left = await send(`${service.url}/api/auth/logout`, { method: 'POST', headers: { authorization: `Bearer ${bob[which]}` } })
    expect([left.status, left.body]).toEqual([200, { success: true }])
    for (const token of [bob.token, second]) {
      const { status, headers, body } = await get<Problem>(bob.tasks, token)
      expect([status, body.code]).toEqual([401, 'session_ended'])
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="docket", error="invalid_token", error_description=".+"$/)
    }
    expect((await get('/api/auth/token', bob.sessionToken)).status).toBe(401)
    expect((await get('/api/auth/verify', bob.token)).status).toBe(401)
  })

  test('401: a session ends once, and another session of the same user stays', async () => {
    const bob = await newPerson(service.url, 'bob')
    const other = (await post<Schemas['SessionGrant']>('/api/auth/login', bob)).body
    const again = (await post<Schemas['SessionGrant']>('/api/auth/login', { email: bob.email, password: bob.password })).body
    expect(other).toMatchObject({ code: 'invalid_body' })
    const leave = () => send<Problem>(`${service.url}/api/auth/logout`, { method: 'POST', headers: { authorization: `Bearer ${bob.token}` } })
    expect((await leave()).status).toBe(200)
    expect((await leave()).body.code).toBe('session_ended')
    expect((await get(bob.tasks, again.access_token)).status).toBe(200)
  })

  test('every task operation of a signed-out caller is 401, and writes nothing', async () => {
    const bob = await newPerson(service.url, 'bob')
    const task = await bob.addTask()
    await send(`${service.url}/api/auth/logout`, { method: 'POST', headers: { authorization: `Bearer ${bob.token}` } })
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
      expect([path, init.method, (await bob.send<Problem>(path, init)).body.code]).toEqual([path, init.method, 'session_ended'])
    const { access_token } = (await post<Schemas['SessionGrant']>('/api/auth/login', { email: bob.email, password: bob.password })).body
    expect((await get<Schemas['TaskList']>(bob.tasks, access_token)).body.items).toEqual([task])
  })
})

describe('access tokens', () => {
  const key = () => new TextEncoder().encode(service.secret)
  const claims = () => JSON.parse(Buffer.from(ada.token.split('.')[1] as string, 'base64url').toString())
  const signed = (changes: Record<string, unknown>, alg = 'HS256', secret = key()) => {
    const payload = Object.fromEntries(Object.entries({ ...claims(), ...changes }).filter(([, value]) => value !== undefined))
    return new SignJWT(payload).setProtectedHeader({ alg }).sign(secret)
  }
  const now = () => Math.floor(Date.now() / 1_000)

  test('401 without a token says which header is missing, without an error in the challenge', async () => {
    const { status, headers, body } = await get<Problem>(ada.tasks)
    expect([status, body.detail]).toEqual([401, 'Authorization header missing. Include: Authorization: Bearer <token>'])
    expect(headers.get('www-authenticate')).toBe('Bearer realm="docket"')
  })

  test.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'token', 'Bearer "x"'])('401 for "%s" says which form is expected', async (authorization) => {
    const { status, body } = await send<Problem>(`${service.url}${ada.tasks}`, { headers: { authorization } })
    expect([status, body.detail]).toEqual([401, 'Invalid authorization header format. Expected: Bearer <token>'])
  })

  test('401 for an expired token says so', async () => {
    const { status, headers, body } = await get<Problem>(ada.tasks, await signed({ iat: now() - 3_600, exp: now() - 1 }))
    expect([status, body.detail]).toEqual([401, 'Token has expired. Please log in again.'])
    expect(headers.get('www-authenticate')).toBe('Bearer realm="docket", error="invalid_token", error_description="Token has expired. Please log in again."')
  })

  test('401 for every other token that is not ours to the letter', async () => {
    const [head, payload, mac] = ada.token.split('.') as [string, string, string]
    const bad: Record<string, string> = {
      'wrong key': await signed({}, 'HS256', new TextEncoder().encode('x'.repeat(43))),
      'expired and wrong key': await signed({ exp: now() - 1 }, 'HS256', new TextEncoder().encode('x'.repeat(43))),
      HS384: await signed({}, 'HS384'),
      HS512: await signed({}, 'HS512'),
      'alg none': new UnsecuredJWT(claims()).encode(),
      'alg none with the old signature': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${mac}`,
      cut: ada.token.slice(0, -1),
      'without signature': `${head}.${payload}.`,
      padded: `${ada.token}=`,
      'spelt with other spare bits': ada.token.slice(0, -1) + String.fromCharCode(ada.token.charCodeAt(ada.token.length - 1) + 1),
      lengthened: `${ada.token}A`,
      'other claims': `${head}.${Buffer.from(JSON.stringify({ ...claims(), name: 'Eve' })).toString('base64url')}.${mac}`,
      'other issuer': await signed({ iss: 'somebody' }),
      'not yet valid': await signed({ nbf: now() + 3_600 }),
      'no exp': await signed({ exp: undefined }),
      'no sid': await signed({ sid: undefined }),
      'no sub': await signed({ sub: undefined }),
      'sub and user_id apart': await signed({ user_id: crypto.randomUUID() }),
      'sid that is no UUID': await signed({ sid: "'; drop table session" }),
      'session token': ada.sessionToken,
    }
    for (const [name, token] of Object.entries(bad)) {
      const { status, headers, body } = await get<Problem>(ada.tasks, token)
      expect([name, status, body.code]).toEqual([name, 401, 'token_invalid'])
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
    expect((await get(ada.tasks, await signed({}))).status).toBe(200)
  })

  test('401 once a token that was good a moment ago expires', async () => {
    const token = await signed({ exp: now() + 2 })
    expect((await get(ada.tasks, token)).status).toBe(200)
    const answers = []
    do answers.push(await get<Problem>(ada.tasks, token))
    while (answers.at(-1)?.status === 200)
    expect(answers.at(-1)?.body.code).toBe('token_expired')
  })

  test("401 for a token whose session is another user's, though its signature is good", async () => {
    const bob = await newPerson(service.url, 'bob')
    const { sid } = JSON.parse(Buffer.from(bob.token.split('.')[1] as string, 'base64url').toString())
    expect((await get<Problem>(ada.tasks, await signed({ sid }))).body.code).toBe('session_ended')
  })

  test("403 on any path but the caller's own: the same for a user who exists, one who does not, and nonsense (rule 13)", async () => {
    const bob = await newPerson(service.url, 'bob')
    const task = await bob.addTask()
    const bodies = []
    for (const user of [bob.id, crypto.randomUUID(), 'me', '0', `${ada.id}%20`, ada.id.toUpperCase(), encodeURIComponent('../'), '%00', '%zz']) {
      const { status, headers, body } = await send<Problem>(`${service.url}/api/${user}/tasks`, {
        headers: { authorization: `Bearer ${ada.token}`, 'x-request-id': 'same' },
      })
      expect([user, status, body.detail]).toEqual([user, 403, 'Access denied. You can only access your own resources.'])
      expect(headers.has('www-authenticate')).toBe(false)
      bodies.push(JSON.stringify(body))
    }
    expect(new Set(bodies).size).toBe(1)
    for (const [method, path] of [
      ['GET', task.id],
      ['PATCH', task.id],
      ['DELETE', task.id],
      ['PATCH', `${task.id}/complete`],
    ] as const) {
      expect((await ada.send(`${bob.tasks}/${path}`, { method })).status).toBe(403)
      expect(
        (await ada.send(`${ada.tasks}/${path}`, { method, ...(method === 'PATCH' && !path.includes('/') ? { json: { title: 'Mine' } } : {}) })).status,
      ).toBe(404)
    }
    expect((await bob.send(`${bob.tasks}/${task.id}`)).body).toEqual(task)
  })

  test('401 comes before 403, and 403 before whatever is wrong with the request (rule 13)', async () => {
    expect((await get(`/api/${crypto.randomUUID()}/tasks?limit=0`)).status).toBe(401)
    expect((await get(`/api/${crypto.randomUUID()}/tasks?limit=0`, ada.token)).status).toBe(403)
    expect(
      (
        await send(`${service.url}/api/${crypto.randomUUID()}/tasks`, {
          method: 'POST',
          body: '{',
          headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'text/x' },
        })
      ).status,
    ).toBe(403)
  })

  test('a session that has expired, or a user who is gone, is refused at the next request', async () => {
    const { sql } = await import('../database/live-caller.ts')
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    await service.database.rows(sql.unsafe`update session set "expiresAt" = now() where "userId" = ${bob.id}::uuid`)
    await service.database.rows(sql.unsafe`delete from "user" where id = ${eve.id}::uuid`)
    for (const person of [bob, eve]) expect((await person.send<Problem>(person.tasks)).body.code).toBe('session_ended')
  })
})

test('no token, password or e-mail is in the log, and every refusal is', async () => {
  const logged = await startService()
  const bob = await newPerson(logged.url, 'bob')
  await bob.send(`${bob.tasks}?cursor=SECRET_QUERY`)
  await bob.addTask({ title: 'SECRET_BODY' })
  await send(`${logged.url}${bob.tasks}`, { headers: { authorization: 'Bearer SECRET_TOKEN.x.y' } })
  await bob.send('/api/someone/tasks')
  await send(`${logged.url}/api/auth/login`, { method: 'POST', json: { email: bob.email, password: 'SECRET_PASSWORD' } })
  const log = logged.log.join('')
  for (const secret of [bob.token, bob.sessionToken, bob.email, bob.password, 'SECRET_', logged.secret]) expect(log).not.toContain(secret)
  const refused = logged.log.map((line) => JSON.parse(line)).filter((line) => line.msg === 'refused')
  expect(refused.map((line) => line.refused)).toEqual(['token_invalid', 'access_denied', 'invalid_credentials'])
  expect(refused.every((line) => line.request_id && line.address)).toBe(true)
})
