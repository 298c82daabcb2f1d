import { connect } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { sendBytes } from '../../testing/bytes.ts'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

const CONNECT = 'CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const raw = (bytes: string) => sendBytes(service.url, bytes)
const statusesIn = (responses: string) =>
  [...responses.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

function request(method: string, path: string, body?: object, more = ''): string {
  const text = body ? JSON.stringify(body) : ''
  const about = body ? `content-type: application/json\r\ncontent-length: ${text.length}\r\n` : ''
  return (
    `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
    `${ada.token}\r\n${about}${more}\r\n${text}`
  )
}

/**
 * A connection that never ends its own side, and goes on sending `more`; what it hears, until it is
 * cut, which only a client that still sends finds out.
 */
function halfOpen(
  bytes: string,
  more = 'x',
): { heard: () => string; sent: () => number; cut: Promise<void> } {
  let all = ''
  const socket = connect({
    port: Number(new URL(service.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  socket.write(bytes)
  socket.on('data', (chunk) => {
    all += chunk
  })
  onTestFinished(() => void socket.destroy())
  let sent = 0
  const knock = setInterval(() => {
    if (socket.writableNeedDrain) return
    sent += more.length
    socket.write(more)
  }, 1)
  const cut = new Promise<void>((resolve) => {
    socket.on('error', () => {
      clearInterval(knock)
      resolve()
    })
  })
  return { heard: () => all, sent: () => sent, cut }
}

test('pipelined requests are done in order; none after a logout', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await ada.addTask()
    const path = `${ada.tasks}/${id}`
    const writes = Array.from({ length: 6 }, (_, index) =>
      request('PATCH', path, { title: `title ${index}` }),
    )
    const responses = await raw(
      [
        ...writes,
        request('GET', path),
        request('DELETE', path),
        request('GET', path, undefined, 'connection: close\r\n'),
      ].join(''),
    )
    expect(statusesIn(responses)).toEqual([200, 200, 200, 200, 200, 200, 200, 204, 404])
    expect(
      [...responses.matchAll(/"title":"(title \d)"/g)].map(([, title]) => title).slice(-2),
    ).toEqual(['title 5', 'title 5'])
  }
  const grace = await newPerson(service.url)
  const by = (text: string) => text.replaceAll(ada.token, grace.token)
  const responses = await raw(
    by(
      request('POST', '/api/auth/logout') +
        request('GET', grace.tasks, undefined, 'connection: close\r\n'),
    ),
  )
  expect(statusesIn(responses)).toEqual([200, 401])
})

test('a thousand requests that are sent at once on one connection are all answered', async () => {
  const responses = await raw(
    request('GET', '/livez').repeat(999) +
      request('GET', '/livez', undefined, 'connection: close\r\n'),
  )
  expect(statusesIn(responses)).toEqual(Array.from({ length: 1_000 }, () => 200))
})

test('no more is read from a connection than a few requests ahead of its responses', async () => {
  let respond = () => {}
  const asked = new Promise<void>((resolve) => {
    respond = resolve
  })
  const slow = await startService({
    replace: (handlers) => ({
      ...handlers,
      getReadiness: async (...parameters) => {
        await asked
        return handlers.getReadiness(...parameters)
      },
    }),
  })
  const socket = connect(Number(new URL(slow.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const requests = 'GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_000)
  for (let times = 0; times < 1_000; times += 1) socket.write(requests)
  // Once nothing is taken any more, most of it is still here.
  const lengths: number[] = []
  const lengthNow = () => {
    lengths.push(socket.writableLength)
    return lengths.at(-2) === lengths.at(-1)
  }
  await expect.poll(lengthNow, { interval: 500 }).toBe(true)
  expect(socket.writableLength).toBeGreaterThan(500 * requests.length)
  respond()
})

test('too many waiting requests: some connections are cut, others are served', async () => {
  let respond = () => {}
  const asked = new Promise<void>((resolve) => {
    respond = resolve
  })
  const { url } = await startService({
    replace: (handlers) => ({
      ...handlers,
      getReadiness: async (...parameters) => {
        await asked
        return handlers.getReadiness(...parameters)
      },
    }),
  })
  // Node reads so many of them at once.
  const requests = 'GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_500)
  let cut = 0
  const heard = Array.from({ length: 40 }, () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(requests))
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => {
      cut += 1
    })
    socket.on('error', () => {})
    return { socket, responses: () => statusesIn(text).length }
  })
  await expect.poll(() => cut).toBeGreaterThan(0)
  respond()
  await expect
    .poll(() => heard.every(({ socket, responses }) => socket.destroyed || responses() === 1_500), {
      timeout: 60_000,
    })
    .toBe(true)
  expect(cut).toBeLessThan(40)
})

test('what is sent behind a request whose response ends the connection is not done', async () => {
  // Where leave to send a body is not given, the server ends it.
  const refused = request(
    'POST',
    '/api/unknown/tasks',
    undefined,
    'expect: 100-continue\r\ncontent-length: 0\r\n',
  )
  const responses = await raw(refused + request('POST', ada.tasks, { title: 'not to be created' }))
  expect(statusesIn(responses)).toEqual([403])
  const { items } = (await ada.send<{ items: { title: string }[] }>(`${ada.tasks}?q=hears`)).body
  expect(items).toEqual([])
})

test.each([
  ['CONNECT', () => CONNECT],
  [
    'CONNECT behind a request that takes its time',
    () =>
      request('POST', '/api/auth/login', {
        email: 'unknown@example.org',
        password: 'wrong horse',
      }) + CONNECT,
  ],
  ['what is not HTTP', () => 'NONSENSE\r\n\r\n'],
])('a client that resets the connection of %s harms no other', async (_, bytes) => {
  for (const wait of [false, true]) {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise<void>((resolve) => socket.write(bytes(), () => resolve()))
    if (wait) await Promise.race([closed, new Promise((resolve) => socket.once('data', resolve))])
    socket.resetAndDestroy()
    await closed
    expect((await send(`${service.url}/livez`)).status).toBe(200)
  }
})

test.each([
  ['CONNECT', () => CONNECT, 400],
  ['what is not HTTP', () => 'NONSENSE\r\n\r\n', 400],
  [
    'a body that is far too long',
    () =>
      `${request(
        'POST',
        ada.tasks,
        undefined,
        'content-type: application/json\r\ncontent-length: 100000000000\r\n',
      )}{`,
    413,
  ],
  [
    'a body that the path does not take',
    () => `${request('GET', '/api/nowhere', undefined, 'content-length: 100000000000\r\n')}{`,
    404,
  ],
])(
  '%s is answered, and its connection cut, though the client keeps it open',
  async (_, bytes, status) => {
    const { heard, cut } = halfOpen(bytes())
    await cut
    expect(statusesIn(heard())).toEqual([status])
  },
)

test('413: a chunked body that never ends is read no further than its limit', async () => {
  for (const path of [ada.tasks, '/api/auth/signup']) {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const { heard, sent, cut } = halfOpen(
      request(
        'POST',
        path,
        undefined,
        'content-type: application/json\r\ntransfer-encoding: chunked\r\n',
      ),
      chunk,
    )
    await cut
    expect(statusesIn(heard())).toEqual([413])
    // What is on its way when the response comes is read for two seconds.
    expect(sent()).toBeLessThan(3_000 * chunk.length)
  }
})

test.each([
  ['that is no size', 'application/json', 'zz\r\n'],
  ['after a good one', 'application/json', '2\r\n{}\r\nzz\r\n'],
  ['whose extension is endless', 'application/json', `2;${'x'.repeat(20_000)}\r\n{}\r\n`],
  ['of a media type that is not taken', 'text/plain', 'zz\r\n'],
])('400: a chunk %s is refused at once', async (_, type, chunks) => {
  const began = performance.now()
  const response = await raw(
    request(
      'POST',
      ada.tasks,
      undefined,
      `content-type: ${type}\r\ntransfer-encoding: chunked\r\n`,
    ) + chunks,
  )
  expect(statusesIn(response)).toEqual([400])
  // The limit of a whole request is thirty seconds.
  expect(performance.now() - began).toBeLessThan(10_000)
})

test('a client that asks first is told to send its body only where it is wanted', async () => {
  const asking = (path: string, length: number, more = 'connection: close\r\n') =>
    raw(
      request(
        'POST',
        path,
        undefined,
        `content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ` +
          `${length}\r\n${more}`,
      ) + (length < 100 ? '{"title":"x"}' : ''),
    )
  expect(statusesIn(await asking(ada.tasks, 13))).toEqual([100, 201])
  expect(statusesIn(await asking(ada.tasks, 100_000_000, ''))).toEqual([413])
  expect(statusesIn(await asking('/api/unknown/tasks', 50, ''))).toEqual([403])
})
