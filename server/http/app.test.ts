import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { contractBytes } from '../contract/document.ts'
import { newPerson, type Person, send } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Problem = components['schemas']['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const isProblem = ({ status, headers, body }: { status: number; headers: Headers; body: unknown }, code: string) => {
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(body).toMatchObject({
    type: `/docs/problems#${code}`,
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
    request_id: headers.get('x-request-id'),
    instance: `urn:docket:request:${headers.get('x-request-id')}`,
  })
}

/** Bytes as they are, over a socket of their own. */
const raw = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket
      .on('data', (chunk) => {
        text += chunk
      })
      .on('close', () => resolve(text))
      .on('error', reject)
  })

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
  ])('404: %s is in no contract', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await send<Problem>(`${service.url}${path}`, { method, headers: { authorization: `Bearer ${ada.token}` } })
      expect(answer.status).toBe(404)
      isProblem(answer, 'not_found')
    }
  })

  test('404: upper case and a trailing slash are other paths', async () => {
    for (const path of [`/API/${ada.id}/tasks`, `${ada.tasks}/`, '/livez/', '/LIVEZ']) expect((await ada.send(path)).status).toBe(404)
  })

  test('404 outside the API: a page for browsers, a problem for the rest', async () => {
    const page = await send<string>(`${service.url}/nowhere`, { headers: { accept: 'text/html,*/*;q=0.8' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    isProblem(await send(`${service.url}/nowhere`), 'not_found')
    isProblem(await send(`${service.url}/nowhere`, { method: 'POST', json: {} }), 'not_found')
  })

  test.each([
    ['PUT', 'tasks', 'GET, POST, HEAD, OPTIONS'],
    ['POST', 'tasks/x', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['GET', 'tasks/x/complete', 'PATCH, OPTIONS'],
    ['HEAD', 'tasks/x/complete', 'PATCH, OPTIONS'],
  ])('405: %s on %s tells what is allowed', async (method, path, allow) => {
    const answer = await ada.send(`/api/${ada.id}/${path}`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    if (method !== 'HEAD') isProblem(answer, 'method_not_allowed')
  })
})

describe('request targets', () => {
  test('absolute form is taken, and a fragment is no part of the path', async () => {
    for (const target of ['http://somewhere/livez', '/livez#x', 'HTTP://somewhere:1/livez?#/x']) {
      expect(await raw(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /)
    }
    expect(await raw('GET http://somewhere/api/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 404 /)
  })

  test.each(['host: y', 'authorization: Bearer x.y.z', 'content-type: text/plain'])('400: a second line of %s leaves open which one counts', async (line) => {
    const headers = `host: x\r\nauthorization: Bearer ${ada.token}\r\ncontent-type: application/json\r\ncontent-length: 13\r\nconnection: close\r\n`
    const answer = await raw(`POST ${ada.tasks} HTTP/1.1\r\n${headers}${line}\r\n\r\n{"title":"x"}`)
    expect(answer).toMatch(/^HTTP\/1.1 400 .*"code":"malformed_http"/s)
  })

  test('400: a transfer coding that the server does not undo', async () => {
    for (const coding of ['gzip, chunked', 'x, chunked'])
      expect(await raw(`POST /api/auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: ${coding}\r\nconnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 400 .*"code":"malformed_http"/s,
      )
  })

  test('nonsense behind good requests costs none of them its answer, and is told to nobody in the middle of one', async () => {
    const good = (title: string) => {
      const body = JSON.stringify({ title })
      return `POST ${ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ada.token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    }
    const answers = await raw(`${good('one')}${good('two')}NONSENSE\r\n\r\n`)
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 201'])
    const task = await ada.addTask()
    const halfway = `DELETE ${ada.tasks}/${task.id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ada.token}\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n`
    expect(await raw(halfway)).toMatch(/^HTTP\/1.1 204 /)
    expect((await ada.send(`${ada.tasks}/${task.id}`)).status).toBe(404)
  })

  test('HTTP/1.1 without Host, and CONNECT, are problems; an unknown expectation is left alone', async () => {
    for (const bytes of ['GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n']) {
      const answer = await raw(bytes)
      expect(answer).toMatch(/^HTTP\/1.1 400 /)
      expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).toMatchObject({ code: 'malformed_http' })
    }
    expect(await raw('GET /livez HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
  })
})

describe('bodies', () => {
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    ada.send<Problem>(ada.tasks, { method: 'POST', body, headers })

  test.each(['{', '{"title":"x"', "{'title':'x'}", '{"title":"x"}}', 'title=x', '\u0000', '{"title":NaN}'])('400: %s is not JSON', async (body) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    isProblem(answer, 'malformed_json')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/merge-patch+json',
    ';',
    'application/json; charset=klingon',
  ])('415: %s, with Accept', async (type) => {
    const answer = await post('{"title":"x"}', { 'content-type': type })
    expect([answer.status, answer.headers.get('accept')]).toEqual([415, 'application/json'])
    isProblem(answer, 'unsupported_media_type')
  })

  test('415: an encoding the server does not read', async () => {
    expect((await post('{"title":"x"}', { 'content-type': 'application/json', 'content-encoding': 'compress' })).status).toBe(415)
  })

  test('201: parameters and case of the media type do not matter', async () => {
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;x=y'])
      expect((await post('{"title":"x"}', { 'content-type': type })).status).toBe(201)
  })

  test('413: a body over the limit, announced or not', async () => {
    const large = JSON.stringify({ title: 'x'.repeat(110_000) })
    isProblem(await post(large), 'content_too_large')
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    const answer = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit)
    expect(answer.status).toBe(413)
  })

  test('413 at once where the length says so: nothing of the body needs to come', async () => {
    const headers = `host: x\r\nauthorization: Bearer ${ada.token}\r\ncontent-type: application/json\r\ncontent-length: 3000000000\r\n`
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(`POST ${ada.tasks} HTTP/1.1\r\n${headers}\r\n`))
    const [answer] = await once(socket, 'data')
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /)
  })

  test('400: bytes that are not UTF-8 are not stored as something else', async () => {
    isProblem(await post(Buffer.from([...Buffer.from('{"title":"'), 0xff, 0xfe, ...Buffer.from('"}')])), 'malformed_json')
    expect((await post('{"title":"x"}', { 'content-type': 'application/json; charset=utf-7' })).status).toBe(415)
  })

  test.each(['POST', 'PATCH'])('422: %s without the body that it needs', async (method) => {
    const path = method === 'POST' ? ada.tasks : `${ada.tasks}/${(await ada.addTask()).id}`
    const answer = await ada.send<Problem>(path, { method, headers: { 'content-type': 'application/json' } })
    expect([answer.status, answer.body.errors]).toEqual([422, [{ in: 'body', pointer: '', code: 'required', detail: 'a body is needed' }]])
  })

  test('422: a member without a name is named', async () => {
    const answer = await post('{"title":"x","":1}')
    expect([answer.status, answer.body.errors]).toEqual([422, [{ in: 'body', pointer: '/', code: 'unknown_member', detail: 'is not known here' }]])
  })

  test('a chunked body without a byte in it is no body: it toggles, and where a body is needed it is missed', async () => {
    const task = await ada.addTask()
    const chunked = (method: string, path: string, headers = '', chunks = '0\r\n\r\n') =>
      raw(
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ada.token}\r\n${headers}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}`,
      )
    for (const [headers, completed] of [
      ['', true],
      ['content-type: application/json\r\n', false],
      ['content-type: text/plain\r\n', true],
    ] as const)
      expect(await chunked('PATCH', `${ada.tasks}/${task.id}/complete`, headers)).toMatch(new RegExp(`^HTTP/1.1 200 .*"completed":${completed}`, 's'))
    expect(await chunked('POST', ada.tasks, 'content-type: application/json\r\n')).toMatch(/^HTTP\/1.1 422 /)
    const split = '5\r\n{"tit\r\n8\r\nle":"x"}\r\n0\r\n\r\n'
    expect(await chunked('POST', ada.tasks, 'content-type: application/json\r\n', split)).toMatch(/^HTTP\/1.1 201 /)
    expect(await chunked('POST', ada.tasks, 'content-type: text/plain\r\n', split)).toMatch(/^HTTP\/1.1 415 /)
  })

  test('a body nobody asked for is left alone', async () => {
    const task = await ada.addTask()
    expect((await ada.send(`${ada.tasks}/${task.id}`, { method: 'DELETE', body: '{', headers: { 'content-type': 'application/json' } })).status).toBe(204)
  })

  test('__proto__ and constructor are unknown members like any other', async () => {
    for (const body of ['{"title":"x","__proto__":{"completed":true}}', '{"title":"x","constructor":{}}']) expect((await post(body)).status).toBe(422)
  })
})

test.each(['/', '/icon.svg', '/docs/', '/docs/problems', '/openapi.yaml'])('200: %s is sent whole, whatever part or version is asked for', async (path) => {
  for (const header of ['range: bytes=999999999-', 'if-match: "x"', 'if-unmodified-since: Mon, 01 Jan 2001 00:00:00 GMT', 'range: bytes=0-1'])
    expect(await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /)
})

describe('headers', () => {
  test.each(['/livez', '/api/auth/verify', 'tasks'])('200: If-None-Match on %s, which has no 304, changes nothing', async (path) => {
    // Not by fetch, which asks for fresh answers beside it.
    const target = path === 'tasks' ? ada.tasks : path
    const headers = `host: x\r\nauthorization: Bearer ${ada.token}\r\nif-none-match: *\r\nconnection: close\r\n`
    expect(await raw(`GET ${target} HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1.1 200 /)
  })

  test('406: an Accept that refuses JSON', async () => {
    const answer = await ada.send(ada.tasks, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(406)
    isProblem(answer, 'not_acceptable')
    for (const accept of ['*/*', 'application/*', 'application/json;q=0.1', 'text/html, */*;q=0.1'])
      expect((await ada.send(ada.tasks, { headers: { accept } })).status).toBe(200)
  })

  test('a sane request id is kept, any other is replaced', async () => {
    const idFor = async (id: string) => (await send(`${service.url}/livez`, { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await idFor('abc-1.2_3')).toBe('abc-1.2_3')
    for (const odd of ['a b', 'x'.repeat(129), '<script>', '{"a":1}']) expect(await idFor(odd)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('user data is never for a shared cache, and the server does not name its parts', async () => {
    const { headers } = await ada.send(ada.tasks)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('a request that is not HTTP gets a problem too', async () => {
    for (const [bytes, status, code] of [
      ['NONSENSE\r\n\r\n', 400, 'malformed_http'],
      [`GET /livez HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ] as const) {
      const answer = await raw(bytes)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).toMatchObject({ status, code })
    }
  })
})

describe('other origins', () => {
  const preflight = (url: string, origin: string) =>
    send(`${url}${ada.tasks}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization, if-match' },
    })

  test('a trusted origin may send what the contract takes and read what it answers, and asks once in ten minutes', async () => {
    const trusting = await startService({ environment: { FRONTEND_URL: 'https://app.example', TRUSTED_ORIGINS: 'https://a.example, https://b.example' } })
    for (const origin of ['https://app.example', 'https://b.example', 'http://localhost:5173', 'http://127.0.0.1:9']) {
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
    const answer = await send(`${trusting.url}/livez`, { headers: { origin: 'https://app.example' } })
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/ETag.*Location.*Retry-After.*X-Request-Id/)
  })

  test('any other origin is told nothing, and in production neither is localhost', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example:80'])
      expect((await preflight(service.url, origin)).headers.has('access-control-allow-origin')).toBe(false)
    const production = await startService({ environment: { NODE_ENV: 'production', RATE_LIMIT: 'on' } })
    expect((await preflight(production.url, 'http://localhost:5173')).headers.has('access-control-allow-origin')).toBe(false)
  })

  test('a plain OPTIONS tells the methods', async () => {
    const { status, headers } = await send(`${service.url}${ada.tasks}`, { method: 'OPTIONS' })
    expect([status, headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS'])
  })
})

describe('limits', () => {
  const limits = { RATE_LIMIT: 'on', RATE_LIMIT_USER: '5', RATE_LIMIT_ADDRESS: '20', RATE_LIMIT_SIGN_IN_ADDRESS: '8', RATE_LIMIT_SIGN_IN_ACCOUNT: '3' }
  const statuses = async (count: number, request: () => Promise<{ status: number }>) => {
    const seen = []
    for (let index = 0; index < count; index += 1) seen.push((await request()).status)
    return seen
  }

  test('429 by user: told beforehand, refused with Retry-After, and others are served on', async () => {
    const { url } = await startService({ environment: limits })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    const first = await bob.send(bob.tasks)
    expect(first.headers.get('ratelimit')).toMatch(/^"user"; r=4; t=\d+$/)
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"user"; q=5; w=60; pk=:[A-Za-z0-9+/=]+:$/)
    expect(await statuses(5, () => bob.send(bob.tasks))).toEqual([200, 200, 200, 200, 429])
    const refused = await bob.send(bob.tasks)
    isProblem(refused, 'rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await eve.send(eve.tasks)).status).toBe(200)
  })

  test('429 by address for those who guess tokens, and not for those who hold one', async () => {
    const { url } = await startService({ environment: limits })
    const bob = await newPerson(url, 'bob')
    const guess = () => send(`${url}${bob.tasks}`, { headers: { authorization: 'Bearer a.b.c' } })
    expect((await statuses(20, guess)).filter((status) => status === 429)).toHaveLength(1)
    expect((await bob.send(bob.tasks)).status).toBe(200)
  })

  test('429 by account for those who guess one password from many addresses, and by address for those who guess many', async () => {
    const { url } = await startService({ environment: { ...limits, TRUST_PROXY: '1' } })
    let address = 0
    const logIn = (email: string, from: string) =>
      send(`${url}/api/auth/login`, { method: 'POST', json: { email, password: 'wrong horse' }, headers: { 'x-forwarded-for': from } })
    expect(await statuses(4, () => logIn('Ada@Example.org', `10.0.0.${++address}`))).toEqual([401, 401, 401, 429])
    expect((await statuses(9, () => logIn(`${++address}@example.org`, '10.9.9.9'))).at(-1)).toBe(429)
  })

  test('429 for those who look for paths and methods that are not there', async () => {
    const { url } = await startService({ environment: limits })
    const seek = (index: number) => send(`${url}/api/${index % 2 ? 'auth/sign-out' : `x${index}`}`, { method: 'PUT' })
    const first = await seek(0)
    expect([first.status, first.headers.get('ratelimit')]).toEqual([404, expect.stringContaining('"address"; r=19')])
    let index = 0
    const seen = await statuses(20, () => seek(++index))
    expect([new Set(seen.slice(0, 19)), seen.at(-1)]).toEqual([new Set([404, 405]), 429])
  })

  test('an address in X-Forwarded-For counts only behind a proxy that was configured', async () => {
    const { url } = await startService({ environment: limits })
    let address = 0
    expect((await statuses(21, () => send(`${url}/api/auth/get-session`, { headers: { 'x-forwarded-for': `10.0.0.${++address}` } }))).at(-1)).toBe(429)
  })

  test('probes are never limited', async () => {
    const { url } = await startService({ environment: limits })
    expect(new Set(await statuses(30, () => send(`${url}/livez`)))).toEqual(new Set([200]))
  })
})

test('/openapi.yaml is the bytes of the repository', async () => {
  const response = await fetch(`${service.url}/openapi.yaml`)
  expect(response.headers.get('content-type')).toMatch(/^application\/yaml/)
  expect(Buffer.from(await response.arrayBuffer()).equals(contractBytes)).toBe(true)
})
