import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { breakable, restartable } from './world.ts'

interface World {
  url: string
  port: number
  ada: Person
  /** Megabytes that the server has resident. */
  resident(): number
}

async function startWorld(environment: Record<string, string> = {}): Promise<World> {
  const cluster = await breakable()
  const { url, start } = await restartable({ DATABASE_URL: cluster.url, ...environment })
  const { output } = await start()
  const pid = Number(/"pid":(\d+)/.exec(output())?.[1])
  const resident = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
  return { url, port: Number(new URL(url).port), ada: await newPerson(url), resident }
}

/** A connection that says this and then waits; what it hears until it is closed. */
function begin(
  port: number,
  text: string,
  allowHalfOpen = false,
): { socket: Socket; heard: Promise<string> } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen }, () => socket.write(text))
  let all = ''
  socket.on('data', (chunk) => {
    all += chunk
  })
  const heard = new Promise<string>((resolve) =>
    socket.on('close', () => resolve(all)).on('error', () => resolve(all)),
  )
  onTestFinished(() => void socket.destroy())
  return { socket, heard }
}

/**
 * The ports that connections to the server come from, as the system lists them (proc_net_tcp(5)):
 * established ones.
 */
function connectionsOf(port: number): Set<number> {
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  const ports = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, local = '', , state]) =>
        state === '01' && Number.parseInt(local.split(':')[1] ?? '', 16) === port,
    )
  return new Set(ports.map(([, , remote = '']) => Number.parseInt(remote.split(':')[1] ?? '', 16)))
}

const statusOf = (response: string) => Number(/^HTTP\/1.1 (\d+)/.exec(response)?.[1])
const codeOf = (response: string) => /"code":"(\w+)"/.exec(response)?.[1]

/** How long others wait meanwhile, in milliseconds: the longest of some requests in a row. */
async function others({ ada }: World): Promise<number> {
  let longest = 0
  for (let tries = 0; tries < 20; tries += 1) {
    const began = performance.now()
    expect((await ada.send(ada.tasks)).status).toBe(200)
    longest = Math.max(longest, performance.now() - began)
  }
  return longest
}

test('1,000 each of idle, half-open and slow connections: others are served', async () => {
  const world = await startWorld()
  const before = world.resident()
  const head =
    `POST ${world.ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
    `${world.ada.token}\r\n`
  const many = (text: string, allowHalfOpen = false) =>
    Array.from({ length: 1_000 }, () => begin(world.port, text, allowHalfOpen))
  const idle = many('')
  const slowHeads = many(head)
  const slowBodies = many(`${head}content-type: application/json\r\ncontent-length: 20\r\n\r\n{`)
  // They end their side behind a request, and wait for the server to end the other.
  const halfOpen = many('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n', true)
  for (const { socket } of halfOpen) socket.once('connect', () => socket.end())
  expect(await others(world)).toBeLessThan(3_000)
  expect(world.resident() - before).toBeLessThan(300)
  for (const { heard } of [...idle, ...slowHeads, ...slowBodies]) {
    const response = await heard
    expect([statusOf(response), codeOf(response)]).toEqual([408, 'request_timeout'])
  }
  // Node closes such a connection, and may do so before there is a response.
  for (const { heard } of halfOpen) await heard
  expect(await others(world)).toBeLessThan(2_000)
  await expect
    .poll(() => connectionsOf(world.port).size, { timeout: 60_000, interval: 500 })
    .toBeLessThan(20)
}, 240_000)

test('bodies of 10 MB: 413 before they are read', async () => {
  const world = await startWorld()
  const before = world.resident()
  const body = JSON.stringify({ title: 'x'.repeat(10_000_000) })
  const head =
    `POST ${world.ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
    `${world.ada.token}\r\ncontent-type: application/json\r\n`
  for (let round = 0; round < 3; round += 1) {
    const sent = Array.from({ length: 8 }, (_, index) =>
      begin(
        world.port,
        index % 2 === 0
          ? `${head}content-length: ${body.length}\r\n\r\n${body}`
          : `${head}transfer-encoding: ` +
              `chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ),
    )
    expect(await others(world)).toBeLessThan(2_000)
    for (const { socket, heard } of sent) {
      setTimeout(() => socket.destroy(), 2_000)
      const response = await heard
      // Who sends on after the refusal may have its connection reset before it has read it.
      if (response !== '')
        expect([statusOf(response), codeOf(response)]).toEqual([413, 'content_too_large'])
    }
  }
  expect(world.resident() - before).toBeLessThan(100)
}, 120_000)

test('a flood of sign-ins: 429 after the first ten; others are served', async () => {
  const world = await startWorld({
    RATE_LIMIT: 'on',
    RATE_LIMIT_USER: '100000',
    RATE_LIMIT_ADDRESS: '100000',
  })
  const before = world.resident()
  const statuses = new Map<number, number>()
  const attempt = async (index: number) => {
    const { status, headers } = await send(`${world.url}/api/auth/login`, {
      method: 'POST',
      json: { email: `unknown${index}@example.org`, password: 'wrong horse' },
    })
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status === 429) expect(headers.get('retry-after')).toMatch(/^\d+$/)
  }
  const flood = Promise.all(
    Array.from({ length: 20 }, async (_, lane) => {
      for (let index = 0; index < 250; index += 1) await attempt(lane * 1_000 + index)
    }),
  )
  expect(await others(world)).toBeLessThan(3_000)
  await flood
  // One of the ten is Ada's sign-up.
  expect(Object.fromEntries(statuses)).toEqual({ 401: 9, 429: 4_991 })
  expect(world.resident() - before).toBeLessThan(100)
}, 120_000)

test('1,000 clients that never read: others are served, and they are cut off', async () => {
  const world = await startWorld()
  const items = Array.from({ length: 1_000 }, (_, index) => ({
    title: `Task ${index}`,
    description: 'x'.repeat(900),
  }))
  expect(
    (await world.ada.send(`/api/${world.ada.id}/task-import`, { method: 'POST', json: { items } }))
      .status,
  ).toBe(200)
  const before = world.resident()
  const ask =
    `GET ${world.ada.tasks}?limit=200 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
    `${world.ada.token}\r\n\r\n`
  const deaf = Array.from({ length: 1_000 }, () => {
    // So many that the response does not fit into the buffers of the system.
    const socket = connect({ port: world.port, host: '127.0.0.1' }, () =>
      socket.write(ask.repeat(12)),
    )
    onTestFinished(() => void socket.destroy())
    return socket.pause().on('error', () => {})
  })
  await wait(5_000)
  expect(await others({ ...world, ada: await newPerson(world.url, 'bob') })).toBeLessThan(3_000)
  expect(world.resident() - before).toBeLessThan(700)
  const ports = new Set(deaf.map(({ localPort }) => localPort))
  const held = () => [...connectionsOf(world.port)].filter((port) => ports.has(port)).length
  await expect.poll(held, { timeout: 180_000, interval: 1_000 }).toBe(0)
}, 240_000)

test('10,000 guesses from 500 addresses: a known device still signs in', async () => {
  const world = await startWorld({
    RATE_LIMIT: 'on',
    RATE_LIMIT_ADDRESS: '1000000',
    TRUST_PROXY: '1',
    RATE_LIMIT_SIGN_IN_GUESS_SECONDS: '20',
    // Guesses must fill their limit within its time, on a slow machine too.
    PASSWORD_COST: '8',
  })
  const signIn = (password: string, from: string, cookie = '') =>
    send<{ code?: string }>(`${world.url}/api/auth/sign-in/email`, {
      method: 'POST',
      json: { email: world.ada.email, password },
      headers: { 'x-forwarded-for': from, ...(cookie ? { cookie, origin: world.url } : {}) },
    })
  const first = await signIn(world.ada.password, '192.0.2.1')
  const device = first.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('docket.device-'))
    ?.split(';')[0] as string
  const statuses = new Map<number, number>()
  let attempts = 0
  const guess = async () => {
    while (attempts < 10_000) {
      attempts += 1
      const { status } = await signIn(
        'wrong horse',
        `10.0.${attempts % 2}.${Math.floor(attempts / 2) % 250}`,
      )
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const attack = Promise.all(Array.from({ length: 20 }, guess))
  // Once every other network is refused,
  let network = 0
  await expect
    .poll(async () => (await signIn('wrong horse', `198.51.100.${++network}`)).status, {
      timeout: 30_000,
    })
    .toBe(429)
  // the known device is not, five times a minute.
  const known: number[] = []
  while (known.length < 4)
    known.push((await signIn(world.ada.password, '192.0.2.1', device)).status)
  await attack
  expect(known).toEqual([200, 200, 200, 200])
  // Some may wait too long for their turn to hash.
  expect([...statuses.keys()].filter((status) => ![401, 429, 503].includes(status))).toEqual([])
  expect(statuses.get(429)).toBeGreaterThan(9_000)
  // From a new device, within the time that the limit counts guesses.
  await expect
    .poll(async () => (await signIn(world.ada.password, '192.0.2.2')).status, {
      timeout: 30_000,
      interval: 7_000,
    })
    .toBe(200)
}, 240_000)

test('overload: 503 with Retry-After, the rest is done, then all is as before', async () => {
  const world = await startWorld()
  const statuses = new Map<string, number>()
  // Searches of a word that nothing has, each with a statement that takes its time.
  const ask = async () => {
    const { status, body, headers } = await world.ada.send<{ code?: string }>(
      `${world.ada.tasks}?q=${'nowhere '.repeat(5)}`,
    )
    statuses.set(`${status} ${body.code}`, (statuses.get(`${status} ${body.code}`) ?? 0) + 1)
    if (status === 503) expect(headers.has('retry-after')).toBe(true)
  }
  await Promise.all(Array.from({ length: 2_000 }, ask))
  for (const response of statuses.keys())
    expect(['200 undefined', '503 service_unavailable']).toContain(response)
  expect(statuses.get('200 undefined')).toBeGreaterThan(400)
  await wait(100)
  expect(await others(world)).toBeLessThan(1_000)
}, 120_000)
