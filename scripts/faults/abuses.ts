import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'

// The dearest things that the limits allow, each done in a thread of its own, so that only the
// server is slow for others.

/** How many requests are under way at once. */
const LANES = 8

/** Who does it: a signed-in user, from a network of theirs. */
export interface Abuser {
  url: string
  id: string
  token: string
  network: string
}

/** What is done until time is up. */
export interface Order {
  abuser: Abuser
  name: string
  milliseconds: number
}

interface Sent {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: object | Buffer
}

const path = ({ id }: Abuser, name: string) => `/api/${id}/${name}`
const post = (abuser: Abuser, name: string, body: object): Sent => ({
  method: 'POST',
  path: path(abuser, name),
  body,
})
const stranger = (kind: number, index: number) => ({
  authorization: '',
  'x-forwarded-for': `10.0.${kind}.${index % 250}`,
})
const rows = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => ({
    title: `new ${index}`,
    description: 'é'.repeat(length),
    labels: ['x', 'y'],
  }))
const password = gzipSync(
  JSON.stringify({ email: 'ada@example.org', password: 'x'.repeat(90_000) }),
)

interface Abuse {
  /**
   * What each request takes of the 600 units that a user has in a minute; none: a stranger's, who
   * has 250 networks, and sends as much as 25 may.
   */
  units?: number
  sent(abuser: Abuser, index: number): Sent
}

export const ABUSES: Record<string, Abuse> = {
  'searches of many letters that are alike': {
    units: 5,
    sent: (abuser) => ({ path: path(abuser, `tasks?q=${'a'.repeat(60)}b`) }),
  },
  'filters that fit no task': {
    units: 2,
    sent: (abuser) => ({
      path: path(abuser, 'tasks?created_after=2040-01-01T00:00:00Z&sort=title'),
    }),
  },
  counts: { units: 5, sent: (abuser) => ({ path: path(abuser, 'task-counts') }) },
  'whole pages of long tasks': {
    units: 1,
    sent: (abuser) => ({ path: path(abuser, 'tasks?limit=200') }),
  },
  'all changes': { units: 1, sent: (abuser) => ({ path: path(abuser, 'changes?limit=200') }) },
  'a hundred new tasks at once': {
    units: 100,
    sent: (abuser) =>
      post(abuser, 'operations', {
        operations: rows(100, 400).map((task) => ({ action: 'create_task', value: task })),
      }),
  },
  'imports of two thousand rows': {
    units: 260,
    sent: (abuser) => post(abuser, 'task-import', { items: rows(2_000, 900) }),
  },
  exports: {
    units: 20,
    sent: (abuser, index) => ({
      path: path(abuser, `task-export.${['json', 'csv', 'ics'][index % 3]}`),
    }),
  },
  'all that is held of a user': {
    units: 30,
    sent: (abuser) => ({ path: path(abuser, 'my-data') }),
  },
  'emptying of the trash': {
    units: 5,
    sent: (abuser) => ({ method: 'DELETE', path: path(abuser, 'trash') }),
  },
  'guesses of passwords': {
    sent: (_, index) => ({
      method: 'POST',
      path: '/api/auth/login',
      headers: stranger(1, index),
      body: { email: `${index}@example.org`, password: 'wrong horse' },
    }),
  },
  'compressed bodies that are refused': {
    sent: (_, index) => ({
      method: 'POST',
      path: '/api/auth/login',
      headers: { ...stranger(2, index), 'content-encoding': 'gzip' },
      body: password,
    }),
  },
  'the largest file of the docs': {
    sent: (_, index) => ({
      path: '/docs/assets/redoc.js',
      headers: { ...stranger(3, index), 'accept-encoding': 'br' },
    }),
  },
}

/** Milliseconds between two that the limits allow. */
export function pauseOf(name: string): number {
  const units = ABUSES[name]?.units
  return units === undefined ? 60_000 / (25 * 120) : (units * 60_000) / 600
}

/** Until the response is read, which is thrown away. */
function send(
  { url, token, network }: Abuser,
  agent: Agent,
  { method = 'GET', path, headers, body }: Sent,
): Promise<number> {
  const bytes =
    body === undefined || body instanceof Buffer ? body : Buffer.from(JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const own = {
      authorization: `Bearer ${token}`,
      'x-forwarded-for': network,
      ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
    }
    const asked = request(
      `${url}${path}`,
      { method, agent, headers: { ...own, ...headers } },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode as number))
      },
    )
    asked.on('error', reject).end(bytes)
  })
}

async function abuse({ abuser, name, milliseconds }: Order): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true })
  const { sent } = ABUSES[name] as Abuse
  const every = pauseOf(name)
  const end = Date.now() + milliseconds
  const statuses = new Map<number, number>()
  let index = 0
  let due = Date.now()
  const lane = async () => {
    while (Date.now() < end) {
      const slot = Math.max(due, Date.now())
      if (slot >= end) return
      due = slot + every
      await wait(slot - Date.now())
      const status = await send(abuser, agent, sent(abuser, ++index))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  await wait(Math.max(0, end - Date.now()))
  agent.destroy()
  return statuses
}

if (parentPort) parentPort.postMessage(await abuse(workerData as Order))
