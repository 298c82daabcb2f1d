import { request as ask, type IncomingHttpHeaders } from 'node:http'
import { text as read } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

interface Exchange {
  method?: string
  /** Once there is an account. */
  path?: () => string
  headers: Record<string, string | string[]>
  body?: Uint8Array | string
  to?: TestService
}

/** Over a socket, because `fetch` sends only the headers that it likes. */
async function exchange({
  method = 'GET',
  path = () => ada.tasks,
  headers,
  body,
  to = service,
}: Exchange) {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = ask(
      `${to.url}${path()}`,
      { method, headers: { authorization: `Bearer ${ada.token}`, ...length, ...headers } },
      resolve,
    )
    sent.on('error', reject).end(body)
  })
  const answered: IncomingHttpHeaders = response.headers
  return { status: response.statusCode, headers: answered, body: await read(response) }
}

const task = JSON.stringify({ title: 'Pay the rent' })
const json = { 'content-type': 'application/json' }
const post = (headers: Record<string, string>, body: Uint8Array | string = task): Exchange => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body,
})
const csv = (accept: string): Exchange => ({
  path: () => ada.tasks.replace(/tasks$/, 'task-export.csv'),
  headers: { accept },
})

/** Who sends it, what is sent, and the status that HTTP (RFC 9110) asks for. */
const SENT: [who: string, sent: Exchange, status: number][] = [
  ['curl', { headers: { 'user-agent': 'curl/8.11.0', accept: '*/*' } }, 200],
  [
    'curl --compressed',
    { headers: { accept: '*/*', 'accept-encoding': 'deflate, gzip, br, zstd' } },
    200,
  ],
  [
    'curl --http2 over plain text',
    {
      headers: {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
      },
    },
    200,
  ],
  [
    'curl --data with a type of its own',
    post({ accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' }, 'title=x'),
    415,
  ],
  ['curl with a long body', post({ expect: '100-continue' }), 201],
  [
    'fetch of Chromium',
    {
      headers: {
        accept: '*/*',
        'accept-language': 'en-US,en;q=0.9',
        'sec-fetch-mode': 'cors',
        'sec-fetch-site': 'same-origin',
        priority: 'u=1, i',
      },
    },
    200,
  ],
  [
    'a page of Firefox',
    {
      headers: {
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'upgrade-insecure-requests': '1',
      },
    },
    200,
  ],
  [
    'fetch of Node',
    {
      headers: {
        accept: '*/*',
        'accept-language': '*',
        'sec-fetch-mode': 'cors',
        'user-agent': 'node',
      },
    },
    200,
  ],
  [
    'axios',
    {
      headers: {
        accept: 'application/json, text/plain, */*',
        'user-agent': 'axios/1.13.0',
        'accept-encoding': 'gzip, compress, deflate, br',
      },
    },
    200,
  ],
  [
    'axios, which sends a type without a body',
    { headers: { ...json, accept: 'application/json' } },
    200,
  ],
  [
    'superagent',
    post({ accept: 'application/json', 'content-type': 'application/json; charset=utf-8' }),
    201,
  ],
  [
    'jQuery',
    {
      headers: {
        accept: 'application/json, text/javascript, */*; q=0.01',
        'x-requested-with': 'XMLHttpRequest',
      },
    },
    200,
  ],
  ['Angular', { headers: { accept: 'application/json, text/plain, */*' } }, 200],
  [
    'Postman',
    {
      headers: {
        'user-agent': 'PostmanRuntime/7.44.0',
        accept: '*/*',
        'cache-control': 'no-cache',
        'postman-token': '6c2f5ac0',
        connection: 'keep-alive',
      },
    },
    200,
  ],
  [
    'Insomnia',
    post({ 'user-agent': 'insomnia/11.0.0', accept: '*/*', 'content-type': 'application/json' }),
    201,
  ],
  [
    'Python requests',
    {
      headers: {
        'user-agent': 'python-requests/2.32.4',
        'accept-encoding': 'gzip, deflate',
        accept: '*/*',
        connection: 'keep-alive',
      },
    },
    200,
  ],
  [
    'httpx',
    post({
      accept: '*/*',
      'user-agent': 'python-httpx/0.28.1',
      'content-type': 'application/json',
    }),
    201,
  ],
  [
    'Java HttpURLConnection',
    {
      headers: {
        accept: 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
        'user-agent': 'Java/21.0.4',
      },
    },
    200,
  ],
  [
    'Java HttpClient',
    {
      headers: {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAEAAEAA',
        'user-agent': 'Java-http-client/21',
      },
    },
    200,
  ],
  [
    'Spring RestTemplate',
    post({ accept: 'application/json, application/*+json', 'content-type': 'application/json' }),
    201,
  ],
  [
    'Retrofit',
    post({
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'okhttp/4.12.0',
      'accept-encoding': 'gzip',
    }),
    201,
  ],
  ['OkHttp with a compressed body', post({ 'content-encoding': 'gzip' }, gzipSync(task)), 201],
  [
    'an old client with a compressed body',
    post({ 'content-encoding': 'x-gzip' }, gzipSync(task)),
    201,
  ],
  [
    'a client with a deflated body',
    post({ 'content-encoding': 'Deflate' }, deflateSync(task)),
    201,
  ],
  [
    'a client with a brotli body',
    post({ 'content-encoding': 'br' }, brotliCompressSync(task)),
    201,
  ],
  ['a client that names no coding', post({ 'content-encoding': 'identity' }), 201],
  ['a client with a coding that is not known', post({ 'content-encoding': 'zstd' }), 415],
  [
    '.NET HttpClient',
    post({
      'content-type': 'application/json; charset=utf-8',
      accept: 'application/json; charset=utf-8',
    }),
    201,
  ],
  [
    'an OData client',
    { headers: { accept: 'application/json;odata.metadata=minimal;q=0.9, application/json' } },
    200,
  ],
  [
    'a client with quoted parameters',
    { headers: { accept: 'application/json; profile="a, b; q=0"' } },
    200,
  ],
  [
    'a client in capitals',
    post({ accept: 'Application/JSON', 'content-type': 'Application/JSON; Charset="UTF-8"' }),
    201,
  ],
  [
    'a client with blanks around its charset',
    post({ 'content-type': 'application/json; charset = "utf-8"' }),
    201,
  ],
  [
    'a client whose weight is no number',
    { headers: { accept: `a/b;q=${'1'.repeat(15_000)}x, */*` } },
    200,
  ],
  [
    'a client with another charset',
    post({ 'content-type': 'application/json; charset=iso-8859-1' }),
    415,
  ],
  ['a client that wants XML', { headers: { accept: 'application/xml' } }, 406],
  [
    'a client that wants XML rather',
    { headers: { accept: 'application/xml, application/json;q=0.1' } },
    200,
  ],
  [
    'a client that takes anything but JSON',
    { headers: { accept: 'application/json;q=0, */*' } },
    406,
  ],
  ['a client with an empty Accept', { headers: { accept: '' } }, 200],
  ['a client whose Accept is no media range', { headers: { accept: 'json' } }, 200],
  ['a spreadsheet', csv('text/csv, text/*;q=0.5'), 200],
  ['a browser that saves a file', csv('text/html,application/xhtml+xml,*/*;q=0.8'), 200],
  ['a client that wants JSON where there is CSV', csv('application/json'), 406],
  [
    'nginx, which weakens an ETag',
    {
      headers: {
        'if-none-match': 'W/"0"',
        'x-real-ip': '203.0.113.7',
        'x-forwarded-proto': 'https',
      },
    },
    200,
  ],
  [
    'HAProxy',
    {
      headers: {
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-port': '443',
        'x-haproxy-server-state': 'UP 2/3',
      },
    },
    200,
  ],
  [
    'Azure Application Gateway',
    {
      headers: {
        'x-forwarded-for': '203.0.113.7:40001',
        'x-original-host': 'docket.example.org',
        'x-appgw-trace-id': 'ac882cd6',
      },
    },
    200,
  ],
  [
    'Cloudflare',
    {
      headers: {
        'cf-connecting-ip': '203.0.113.7',
        'cf-ray': '8c1-FRA',
        'cf-visitor': '{"scheme":"https"}',
        'cdn-loop': 'cloudflare; loops=1',
        'accept-encoding': 'gzip, br',
      },
    },
    200,
  ],
  [
    'AWS load balancer',
    {
      headers: {
        'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
        'x-forwarded-for': '2001:db8::7, 10.0.0.1',
      },
    },
    200,
  ],
  [
    'a tracing library',
    {
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        baggage: 'user=ada',
        'sentry-trace': 'd49d9bf66f13450b81f65bc51cf49c03-1',
      },
    },
    200,
  ],
]

describe('what real clients and proxies send is handled as HTTP says', () => {
  test.each(SENT)('%s', async (_who, sent, status) => {
    const answered = await exchange(sent)
    expect(answered.status, answered.body.slice(0, 200)).toBe(status)
    if (status >= 400)
      expect(answered.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })
})

const network = (start: string) => `${start}:0000:0000:0000:0000:0000:0000`

describe('who sends a request, behind proxies', () => {
  /** What a proxy writes, and the address that is counted and kept. */
  const ADDRESSES: [forwarded: string, address: string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:40001', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['"203.0.113.7:40001"', '203.0.113.7'],
    ['198.51.100.9, 203.0.113.7:40001', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:40001', '2001:db8::7'],
    ['fe80::7%eth0', 'fe80::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['unknown', '127.0.0.1'],
    ['_hidden', '127.0.0.1'],
    ['', '127.0.0.1'],
    ['203.0.113.7, ', '127.0.0.1'],
    ['203.0.113.7, <script>', '127.0.0.1'],
    ['999.1.1.1', '127.0.0.1'],
  ]

  test('the address is read in any notation; garbage counts as its proxy', async () => {
    const behind = await startService({ environment: { TRUST_PROXY: '1' } })
    const kept: [string, string | null | undefined][] = []
    for (const [forwarded] of ADDRESSES) {
      const credentials = JSON.stringify({
        email: `${crypto.randomUUID()}@example.org`,
        password: 'correct horse battery',
      })
      const up = await exchange({
        method: 'POST',
        path: () => '/api/auth/signup',
        headers: { ...json, 'x-forwarded-for': forwarded, authorization: [] },
        body: credentials,
        to: behind,
      })
      const { user, access_token } = JSON.parse(up.body) as {
        user: { id: string }
        access_token: string
      }
      const sessions = await exchange({
        path: () => `/api/${user.id}/sessions`,
        headers: { authorization: `Bearer ${access_token}` },
        to: behind,
      })
      kept.push([
        forwarded,
        (JSON.parse(sessions.body) as { items: { ip_address: string | null }[] }).items[0]
          ?.ip_address,
      ])
    }
    // Of an IPv6 address Better Auth keeps the network.
    const networks: Record<string, string> = {
      '2001:db8::7': network('2001:0db8'),
      'fe80::7': network('fe80:0000'),
    }
    expect(kept).toEqual(
      ADDRESSES.map(([forwarded, address]) => [forwarded, networks[address] ?? address]),
    )
  })

  test('429: ports, spellings and addresses of one /64 are one client', async () => {
    const limited = await startService({
      environment: { TRUST_PROXY: '1', RATE_LIMIT: 'on', RATE_LIMIT_SIGN_IN_ADDRESS: '5' },
    })
    const statuses = async (forwarded: (index: number) => string) => {
      const all: (number | undefined)[] = []
      for (let index = 0; index < 7; index += 1) {
        const body = JSON.stringify({
          email: `${crypto.randomUUID()}@example.org`,
          password: 'wrong horse',
        })
        const { status } = await exchange({
          method: 'POST',
          path: () => '/api/auth/login',
          headers: { ...json, 'x-forwarded-for': forwarded(index), authorization: [] },
          body,
          to: limited,
        })
        all.push(status)
      }
      return all
    }
    const five = [...Array(5).fill(401), 429, 429]
    expect(await statuses((index) => `203.0.113.7:${40_000 + index}`)).toEqual(five)
    expect(await statuses((index) => `[2001:db8:1:2::${index}]:443`)).toEqual(five)
    expect(await statuses((index) => `garbage ${index}`)).toEqual(five)
    expect(await statuses((index) => `2001:db8:1:${index + 10}::1`)).toEqual(Array(7).fill(401))
  })
})
