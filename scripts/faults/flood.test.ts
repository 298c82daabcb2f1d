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
  const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
  return { url, port: Number(new URL(url).port), ada: await newPerson(url), resident }
}

/** A connection that says this and then waits; what it hears until it is closed. */
function begin(port: number, text: string): { socket: Socket; heard: Promise<string> } {
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  let all = ''
  socket.on('data', (chunk) => {
    all += chunk
  })
  const heard = new Promise<string>((resolve) => socket.on('close', () => resolve(all)).on('error', () => resolve(all)))
  onTestFinished(() => void socket.destroy())
  return { socket, heard }
}

const statusOf = (answer: string) => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])
const codeOf = (answer: string) => /"code":"(\w+)"/.exec(answer)?.[1]

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

test('slow clients: 300 half-open connections, slow headers and slow bodies cost nobody else anything, and end with 408', async () => {
  const world = await startWorld()
  const head = `POST ${world.ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.ada.token}\r\n`
  const silent = Array.from({ length: 100 }, () => begin(world.port, ''))
  const slowHeads = Array.from({ length: 100 }, () => begin(world.port, head))
  const slowBodies = Array.from({ length: 100 }, () => begin(world.port, `${head}content-type: application/json\r\ncontent-length: 20\r\n\r\n{`))
  expect(await others(world)).toBeLessThan(2_000)
  for (const { heard } of slowHeads) {
    const answer = await heard
    expect([statusOf(answer), codeOf(answer)]).toEqual([408, 'request_timeout'])
  }
  for (const { heard } of slowBodies) {
    const answer = await heard
    expect([statusOf(answer), codeOf(answer)]).toEqual([408, 'request_timeout'])
  }
  expect(await others(world)).toBeLessThan(2_000)
  for (const { socket } of silent) socket.destroy()
}, 120_000)

test('bodies of 10 MB: 413 before they are read, whether or not they say how long they are', async () => {
  const world = await startWorld()
  const before = world.resident()
  const body = JSON.stringify({ title: 'x'.repeat(10_000_000) })
  const head = `POST ${world.ada.tasks} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${world.ada.token}\r\ncontent-type: application/json\r\n`
  for (let round = 0; round < 3; round += 1) {
    const sent = Array.from({ length: 8 }, (_, index) =>
      begin(
        world.port,
        index % 2 === 0
          ? `${head}content-length: ${body.length}\r\n\r\n${body}`
          : `${head}transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ),
    )
    expect(await others(world)).toBeLessThan(2_000)
    for (const { socket, heard } of sent) {
      setTimeout(() => socket.destroy(), 2_000)
      const answer = await heard
      // Who sends on after the refusal may have its connection reset before it has read it.
      if (answer !== '') expect([statusOf(answer), codeOf(answer)]).toEqual([413, 'content_too_large'])
    }
  }
  expect(world.resident() - before).toBeLessThan(100)
}, 120_000)

test('a flood of sign-ins: 429 with Retry-After after the first ten, and others are served meanwhile', async () => {
  const world = await startWorld({ RATE_LIMIT: 'on', RATE_LIMIT_USER: '100000', RATE_LIMIT_ADDRESS: '100000' })
  const before = world.resident()
  const statuses = new Map<number, number>()
  const attempt = async (index: number) => {
    const { status, headers } = await send(`${world.url}/api/auth/login`, {
      method: 'POST',
      json: { email: `nobody${index}@example.org`, password: 'wrong horse' },
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

test('more than the server can do: 503 with Retry-After for what is too much, the rest is done, and then all is as before', async () => {
  const world = await startWorld()
  const statuses = new Map<string, number>()
  // Searches of a word that nothing has, each with a statement that takes its time.
  const ask = async () => {
    const { status, body, headers } = await world.ada.send<{ code?: string }>(`${world.ada.tasks}?q=${'nowhere '.repeat(5)}`)
    statuses.set(`${status} ${body.code}`, (statuses.get(`${status} ${body.code}`) ?? 0) + 1)
    if (status === 503) expect(headers.has('retry-after')).toBe(true)
  }
  await Promise.all(Array.from({ length: 2_000 }, ask))
  for (const answer of statuses.keys()) expect(['200 undefined', '503 service_unavailable']).toContain(answer)
  expect(statuses.get('200 undefined')).toBeGreaterThan(400)
  await wait(100)
  expect(await others(world)).toBeLessThan(1_000)
}, 120_000)
