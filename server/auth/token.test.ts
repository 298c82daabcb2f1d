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

const get = <Body>(path: string, token?: string) =>
  send<Body>(
    `${service.url}${path}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  )

const base64url = (text: string) => Buffer.from(text).toString('base64url')

describe('access tokens', () => {
  const key = () => new TextEncoder().encode(service.secret)
  const claims = () =>
    JSON.parse(Buffer.from(ada.token.split('.')[1] as string, 'base64url').toString())
  const signed = (changes: Record<string, unknown>, alg = 'HS256', secret = key()) => {
    const payload = Object.fromEntries(
      Object.entries({ ...claims(), ...changes }).filter(([, value]) => value !== undefined),
    )
    return new SignJWT(payload).setProtectedHeader({ alg }).sign(secret)
  }
  const now = () => Math.floor(Date.now() / 1_000)

  test('401 without a token names the missing header', async () => {
    const { status, headers, body } = await get<Problem>(ada.tasks)
    expect([status, body.detail]).toEqual([
      401,
      'Authorization header missing. Include: Authorization: Bearer <token>',
    ])
    expect(headers.get('www-authenticate')).toBe('Bearer realm="docket"')
  })

  test.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'token', 'Bearer "x"'])(
    '401 for "%s" says which form is expected',
    async (authorization) => {
      const { status, body } = await send<Problem>(`${service.url}${ada.tasks}`, {
        headers: { authorization },
      })
      expect([status, body.detail]).toEqual([
        401,
        'Invalid authorization header format. Expected: Bearer <token>',
      ])
    },
  )

  test('401 for an expired token says so', async () => {
    const { status, headers, body } = await get<Problem>(
      ada.tasks,
      await signed({ iat: now() - 3_600, exp: now() - 1 }),
    )
    expect([status, body.detail]).toEqual([401, 'Token has expired. Please log in again.'])
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="docket", error="invalid_token", error_description="Token has expired. ' +
        'Please log in again."',
    )
  })

  test('401 for every other token that is not ours to the letter', async () => {
    const [head, payload, mac] = ada.token.split('.') as [string, string, string]
    const bad: Record<string, string> = {
      'wrong key': await signed({}, 'HS256', new TextEncoder().encode('x'.repeat(43))),
      'expired and wrong key': await signed(
        { exp: now() - 1 },
        'HS256',
        new TextEncoder().encode('x'.repeat(43)),
      ),
      HS384: await signed({}, 'HS384'),
      HS512: await signed({}, 'HS512'),
      'alg none': new UnsecuredJWT(claims()).encode(),
      'alg none with the old signature': `${base64url('{"alg":"none"}')}.${payload}.${mac}`,
      cut: ada.token.slice(0, -1),
      'without signature': `${head}.${payload}.`,
      padded: `${ada.token}=`,
      'spelt with other spare bits':
        ada.token.slice(0, -1) +
        String.fromCharCode(ada.token.charCodeAt(ada.token.length - 1) + 1),
      lengthened: `${ada.token}A`,
      'other claims': `${head}.${base64url(JSON.stringify({ ...claims(), name: 'Eve' }))}.${mac}`,
      'other issuer': await signed({ iss: 'another' }),
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
    const responses = []
    do responses.push(await get<Problem>(ada.tasks, token))
    while (responses.at(-1)?.status === 200)
    expect(responses.at(-1)?.body.code).toBe('token_expired')
  })

  test("401: a valid signature, but another user's session", async () => {
    const bob = await newPerson(service.url, 'bob')
    const { sid } = JSON.parse(
      Buffer.from(bob.token.split('.')[1] as string, 'base64url').toString(),
    )
    expect((await get<Problem>(ada.tasks, await signed({ sid }))).body.code).toBe('session_ended')
  })

  test('403 on any other path, the same for existing users and none (rule 13)', async () => {
    const bob = await newPerson(service.url, 'bob')
    const task = await bob.addTask()
    const bodies = []
    for (const user of [
      bob.id,
      crypto.randomUUID(),
      'me',
      '0',
      `${ada.id}%20`,
      ada.id.toUpperCase(),
      encodeURIComponent('../'),
      '%00',
      '%zz',
    ]) {
      const { status, headers, body } = await send<Problem>(`${service.url}/api/${user}/tasks`, {
        headers: { authorization: `Bearer ${ada.token}`, 'x-request-id': 'same' },
      })
      expect([user, status, body.detail]).toEqual([
        user,
        403,
        'Access denied. You can only access your own resources.',
      ])
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
        (
          await ada.send(`${ada.tasks}/${path}`, {
            method,
            ...(method === 'PATCH' && !path.includes('/') ? { json: { title: 'Mine' } } : {}),
          })
        ).status,
      ).toBe(404)
    }
    expect((await bob.send(`${bob.tasks}/${task.id}`)).body).toEqual(task)
  })

  test('401 before 403, and 403 before validation (rule 13)', async () => {
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

  test('an expired session, or a deleted user, is refused at the next request', async () => {
    const { sql } = await import('../database/sql.ts')
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    await service.database.rows(
      sql.unsafe`update session set "expiresAt" = now() where "userId" = ${bob.id}::uuid`,
    )
    await service.database.rows(sql.unsafe`delete from "user" where id = ${eve.id}::uuid`)
    for (const person of [bob, eve])
      expect((await person.send<Problem>(person.tasks)).body.code).toBe('session_ended')
  })
})
