import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { contractBytes } from '../contract/document.ts'
import { sendBytes } from '../testing/bytes.ts'
import { newPerson, type Person, send } from '../testing/person.ts'
import { isProblem } from '../testing/problem.ts'
import { startService, type TestService } from '../testing/service.ts'

type Problem = components['schemas']['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const raw = (bytes: string) => sendBytes(service.url, bytes)

describe('paths', () => {
  test.each([
    '/api',
    '/api/',
    '/api/x',
    '/api/auth',
    '/api/auth/ok',
    '/api/auth/error',
    '/api/auth/list-sessions',
    '/api/auth/change-password',
    '/api/auth/tasks',
    '/api/auth/sign-in/social',
    '/api//tasks',
    '/api/x/y/z/complete/w',
    '/api/x/tasks/',
    '/api/%2e%2e/x',
    '/api/%zz',
  ])('404: %s is in no contract (rule 7)', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await send<Problem>(`${service.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${ada.token}` },
      })
      expect(response.status).toBe(404)
      isProblem(response, 'not_found')
    }
  })

  test('404: upper case and a trailing slash are other paths', async () => {
    for (const path of [`/API/${ada.id}/tasks`, `${ada.tasks}/`, '/livez/', '/LIVEZ'])
      expect((await ada.send(path)).status).toBe(404)
  })

  test('404 outside the API: a page for browsers, a problem for the rest (rule 7)', async () => {
    const page = await send<string>(`${service.url}/nowhere`, {
      headers: { accept: 'text/html,*/*;q=0.8' },
    })
    expect([page.status, page.headers.get('content-type')]).toEqual([
      404,
      'text/html; charset=utf-8',
    ])
    isProblem(await send(`${service.url}/nowhere`), 'not_found')
    isProblem(await send(`${service.url}/nowhere`, { method: 'POST', json: {} }), 'not_found')
  })

  test.each(['/%', '/assets/%c0%ae', '/docs/%', '/docs/%e2%82/%zz'])(
    '404: %j, which cannot be decoded, is an unknown path',
    async (path) => {
      isProblem(await send(`${service.url}${path}`), 'not_found')
      const page = await send<string>(service.url + path, { headers: { accept: 'text/html' } })
      expect([page.status, page.body]).toEqual([404, expect.stringContaining('nothing here')])
    },
  )

  test('the web app shows itself at any list, also at one that cannot be decoded', async () => {
    const pages = ['/', '/lists/x', '/lists/%zz'].map((path) => send<string>(service.url + path))
    const [app, ...ofLists] = (await Promise.all(pages)).map(({ body }) => body)
    expect(app).toContain('<div id="root"')
    expect(ofLists).toEqual([app, app])
  })

  test.each([
    ['PUT', 'tasks', 'GET, POST, HEAD, OPTIONS'],
    ['POST', 'tasks/x', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['GET', 'tasks/x/complete', 'PATCH, OPTIONS'],
    ['HEAD', 'tasks/x/complete', 'PATCH, OPTIONS'],
  ])('405: %s on %s tells what is allowed (rule 14)', async (method, path, allow) => {
    const response = await ada.send(`/api/${ada.id}/${path}`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    if (method !== 'HEAD') isProblem(response, 'method_not_allowed')
  })
})

describe('request targets', () => {
  test('absolute form is taken, and a fragment is no part of the path', async () => {
    for (const target of ['http://somewhere/livez', '/livez#x', 'HTTP://somewhere:1/livez?#/x']) {
      expect(await raw(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 200 /,
      )
    }
    expect(
      await raw(
        'GET http://somewhere/api/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      ),
    ).toMatch(/^HTTP\/1.1 404 /)
  })

  test.each([
    'host: y',
    'authorization: Bearer x.y.z',
    'content-type: text/plain',
    'idempotency-key: b',
  ])('400: a second line of %s leaves open which one counts', async (line) => {
    const headers =
      `host: x\r\nauthorization: Bearer ${ada.token}\r\ncontent-type: ` +
      `application/json\r\ncontent-length: 13\r\nidempotency-key: a\r\nconnection: close\r\n`
    const response = await raw(
      `POST ${ada.tasks} HTTP/1.1\r\n${headers}${line}\r\n\r\n{"title":"x"}`,
    )
    expect(response).toMatch(/^HTTP\/1.1 400 .*"code":"malformed_http"/s)
  })

  test('400: a transfer coding that the server does not undo', async () => {
    for (const coding of ['gzip, chunked', 'x, chunked'])
      expect(
        await raw(
          `POST /api/auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: ` +
            `${coding}\r\nconnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
        ),
      ).toMatch(/^HTTP\/1.1 400 .*"code":"malformed_http"/s)
  })

  test('nonsense behind good requests is refused after their responses', async () => {
    const good = (title: string) => {
      const body = JSON.stringify({ title })
      return (
        `POST ${ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
        `${ada.token}\r\ncontent-type: application/json\r\ncontent-length: ` +
        `${body.length}\r\n\r\n${body}`
      )
    }
    const responses = await raw(`${good('one')}${good('two')}NONSENSE\r\n\r\n`)
    expect(responses.match(/HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 201',
      'HTTP/1.1 201',
      'HTTP/1.1 400',
    ])
    const task = await ada.addTask()
    const halfway =
      `DELETE ${ada.tasks}/${task.id} HTTP/1.1\r\nhost: x\r\nauthorization: ` +
      `Bearer ${ada.token}\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n`
    expect(await raw(halfway)).toMatch(/^HTTP\/1.1 204 /)
    expect((await ada.send(`${ada.tasks}/${task.id}`)).status).toBe(404)
  })

  test('HTTP/1.1 without Host, and CONNECT, are problems', async () => {
    for (const bytes of [
      'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n',
      'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
    ]) {
      const response = await raw(bytes)
      expect(response).toMatch(/^HTTP\/1.1 400 /)
      expect(JSON.parse(response.split('\r\n\r\n')[1] as string)).toMatchObject({
        code: 'malformed_http',
      })
    }
    expect(
      await raw('GET /livez HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\nconnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 200 /)
  })
})

test('a file is sent in the best coding that build and client have, once', async () => {
  const asked = async (coding: string) => {
    const response = await fetch(`${service.url}/docs/assets/redoc.js`, {
      headers: { 'accept-encoding': coding },
    })
    const bytes = (await response.arrayBuffer()).byteLength
    return {
      status: response.status,
      coding: response.headers.get('content-encoding'),
      sent: Number(response.headers.get('content-length')),
      bytes,
      headers: response.headers,
    }
  }
  const [br, gzip, plain, refused] = [
    await asked('gzip, deflate, br'),
    await asked('gzip'),
    await asked('identity'),
    await asked('br;q=0, gzip;q=0'),
  ]
  expect([br, gzip, plain, refused].map(({ coding }) => coding)).toEqual(['br', 'gzip', null, null])
  expect(br.sent < gzip.sent && gzip.sent < plain.sent / 3).toBe(true)
  expect(new Set([br, gzip, plain, refused].map(({ bytes }) => bytes)).size).toBe(1)
  expect(br.headers.get('vary')).toMatch(/Accept-Encoding/)
  // Not by fetch, which asks for fresh responses beside it.
  const again = (etag: string) =>
    raw(
      `GET /docs/assets/redoc.js HTTP/1.1\r\nhost: x\r\nif-none-match: ${etag}\r\nconnection: ` +
        `close\r\n\r\n`,
    )
  expect(await again(br.headers.get('etag') ?? '')).toMatch(/^HTTP\/1.1 304 /)
  expect(await again('"another"')).toMatch(/^HTTP\/1.1 200 /)
})

test('/.well-known/security.txt names the contact, where it is set', async () => {
  expect((await fetch(`${service.url}/.well-known/security.txt`)).status).toBe(404)
  const told = await startService({
    environment: { SECURITY_CONTACT: 'mailto:security@example.org' },
  })
  const text = await (await fetch(`${told.url}/.well-known/security.txt`)).text()
  expect(text).toMatch(/^Contact: mailto:security@example\.org\nExpires: \d{4}-\d\d-\d\dT/)
})

test('400: a chunked body in HTTP/1.0, which a proxy may read otherwise', async () => {
  expect(
    await raw(
      'POST /api/auth/login HTTP/1.0\r\ncontent-type: application/json\r\ntransfer-encoding: ' +
        'chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ),
  ).toMatch(/^HTTP\/1.1 400 /)
})

test('a response says that it depends on the origin, also where that is refused', async () => {
  for (const origin of ['https://evil.example', 'http://localhost:5173'])
    expect(
      (await send(`${service.url}/livez`, { headers: { origin } })).headers.get('vary'),
    ).toMatch(/Origin/)
})

test.each(['/', '/icon.svg', '/docs/', '/docs/problems', '/openapi.yaml'])(
  '200: %s is sent whole, whatever part or version is asked for',
  async (path) => {
    for (const header of [
      'range: bytes=999999999-',
      'if-match: "x"',
      'if-unmodified-since: Mon, 01 Jan 2001 00:00:00 GMT',
      'range: bytes=0-1',
    ])
      expect(
        await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\nconnection: close\r\n\r\n`),
      ).toMatch(/^HTTP\/1.1 200 /)
  },
)

describe('headers', () => {
  test.each(['/livez', '/api/auth/verify'])(
    '200: If-None-Match on %s, which has no 304, changes nothing',
    async (path) => {
      // Not by fetch, which asks for fresh responses beside it.
      const headers =
        `host: x\r\nauthorization: Bearer ${ada.token}\r\nif-none-match: ` +
        `*\r\nconnection: close\r\n`
      expect(await raw(`GET ${path} HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1.1 200 /)
    },
  )

  test('406: an Accept that refuses JSON', async () => {
    const response = await ada.send(ada.tasks, { headers: { accept: 'text/html' } })
    expect(response.status).toBe(406)
    isProblem(response, 'not_acceptable')
    for (const accept of ['*/*', 'application/*', 'application/json;q=0.1', 'text/html, */*;q=0.1'])
      expect((await ada.send(ada.tasks, { headers: { accept } })).status).toBe(200)
  })

  test('a sane request id is kept, any other is replaced (rule 25)', async () => {
    const idFor = async (id: string) =>
      (await send(`${service.url}/livez`, { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      )
    expect(await idFor('abc-1.2_3')).toBe('abc-1.2_3')
    for (const odd of ['a b', 'x'.repeat(129), '<script>', '{"a":1}'])
      expect(await idFor(odd)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('user data is never for a shared cache; the server hides its parts (rule 27)', async () => {
    const { headers } = await ada.send('/api/auth/verify')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect((await ada.send(ada.tasks)).headers.get('cache-control')).toBe('private, no-cache')
    expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null])
  })

  test('early refusals have the security headers, too', async () => {
    const { url } = await startService({
      environment: { BETTER_AUTH_URL: 'https://docket.example' },
    })
    const head = async (bytes: string) =>
      (await sendBytes(url, `${bytes}\r\n\r\n`)).split('\r\n\r\n')[0] as string
    const targets = ['/api/x', '/api/%zz', '/%00', '/docs/nowhere', '/readyz?x=1']
    for (const bytes of [
      'NONSENSE',
      ...targets.map((target) => `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close`),
      'TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close',
    ]) {
      const response = await head(bytes)
      expect(response).toMatch(/^HTTP\/1.1 4\d\d /)
      expect(response).toMatch(/^x-content-type-options: nosniff\r?$/im)
      expect(response).toMatch(/^content-security-policy: .*frame-ancestors 'none'/im)
      if (bytes === 'NONSENSE') continue
      expect(response).toMatch(/^strict-transport-security: max-age=31536000/im)
      expect(response).toMatch(/^referrer-policy: no-referrer\r?$/im)
    }
  })

  test('a request that is not HTTP gets a problem too', async () => {
    for (const [bytes, status, code] of [
      ['NONSENSE\r\n\r\n', 400, 'malformed_http'],
      [
        `GET /livez HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
        431,
        'headers_too_large',
      ],
    ] as const) {
      const response = await raw(bytes)
      expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(JSON.parse(response.split('\r\n\r\n')[1] as string)).toMatchObject({ status, code })
    }
  })
})

describe('other origins', () => {
  const preflight = (url: string, origin: string) =>
    send(`${url}${ada.tasks}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization, if-match',
      },
    })

  test(
    'a trusted origin may use the API, with one preflight in ten minutes (rule ' + '26)',
    async () => {
      const trusting = await startService({
        environment: {
          FRONTEND_URL: 'https://app.example',
          TRUSTED_ORIGINS: 'https://a.example, https://b.example',
        },
      })
      for (const origin of [
        'https://app.example',
        'https://b.example',
        'http://localhost:5173',
        'http://127.0.0.1:9',
      ]) {
        const { status, headers } = await preflight(trusting.url, origin)
        expect([
          status,
          headers.get('access-control-allow-origin'),
          headers.get('access-control-allow-credentials'),
          headers.get('access-control-max-age'),
        ]).toEqual([204, origin, 'true', '600'])
        expect(headers.get('access-control-allow-methods')).toContain('PATCH')
        expect(headers.get('access-control-allow-headers')).toMatch(/If-Match/)
      }
      const response = await send(`${trusting.url}/livez`, {
        headers: { origin: 'https://app.example' },
      })
      expect(response.headers.get('access-control-expose-headers')).toMatch(
        /ETag.*Location.*Retry-After.*X-Request-Id/,
      )
    },
  )

  test('any other origin is told nothing, and in production neither is localhost', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example:80',
    ])
      expect(
        (await preflight(service.url, origin)).headers.has('access-control-allow-origin'),
      ).toBe(false)
    const production = await startService({
      environment: { NODE_ENV: 'production', RATE_LIMIT: 'on' },
    })
    expect(
      (await preflight(production.url, 'http://localhost:5173')).headers.has(
        'access-control-allow-origin',
      ),
    ).toBe(false)
  })

  test('a trusted page can read the 404 of an unknown path', async () => {
    const origin = 'http://localhost:5173'
    const asked = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    }
    for (const path of ['/api/auth/sign-in/social', '/api/auth/nowhere', '/api/x/y/z']) {
      const allowed = await send(`${service.url}${path}`, { method: 'OPTIONS', headers: asked })
      expect([path, allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
        path,
        204,
        origin,
      ])
      const response = await send<Problem & { message?: string }>(`${service.url}${path}`, {
        method: 'POST',
        json: {},
        headers: { origin },
      })
      expect([
        response.status,
        response.headers.get('access-control-allow-origin'),
        response.body.code,
      ]).toEqual([404, origin, 'not_found'])
      // The stock client of Better Auth shows this member.
      expect(response.body.message).toBe(
        path.startsWith('/api/auth/') ? response.body.detail : undefined,
      )
      const foreign = await send(`${service.url}${path}`, {
        method: 'OPTIONS',
        headers: { ...asked, origin: 'https://evil.example' },
      })
      expect([foreign.status, foreign.headers.has('access-control-allow-origin')]).toEqual([
        404,
        false,
      ])
    }
    const wrongMethod = await send<Problem & { message?: string }>(
      `${service.url}/api/auth/sign-in/email`,
      { headers: { origin } },
    )
    expect([wrongMethod.status, wrongMethod.body.message]).toEqual([405, wrongMethod.body.detail])
  })

  test('a plain OPTIONS tells the methods (rule 14)', async () => {
    const { status, headers } = await send(`${service.url}${ada.tasks}`, { method: 'OPTIONS' })
    expect([status, headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS'])
  })
})

test('health checks are not in the log, everything else is', async () => {
  const quiet = await startService()
  for (let count = 0; count < 3; count += 1)
    for (const path of ['/livez', '/readyz'])
      expect((await send(`${quiet.url}${path}`)).status).toBe(200)
  await send(`${quiet.url}/api/nowhere`)
  const requests = () =>
    quiet.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  await expect.poll(() => requests().length).toBe(1)
  expect(requests()[0]).toMatchObject({ path: '/api/nowhere', status: 404 })
  const loud = await startService({ environment: { LOG_LEVEL: 'debug' } })
  await send(`${loud.url}/livez`)
  await expect
    .poll(() => loud.log.some((line) => line.includes('"operation":"getLiveness"')))
    .toBe(true)
})

test('/openapi.yaml is the bytes of the repository (rule 1)', async () => {
  const response = await fetch(`${service.url}/openapi.yaml`)
  expect(response.headers.get('content-type')).toMatch(/^application\/yaml/)
  expect(Buffer.from(await response.arrayBuffer()).equals(contractBytes)).toBe(true)
})
