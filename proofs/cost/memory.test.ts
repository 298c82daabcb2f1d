import { get, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { effort } from '../../server/testing/effort.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { type ServerProcess, serverCommand, startProcess } from '../../server/testing/process.ts'
import { copyDatabase } from '../../server/testing/service.ts'
import { exchange, type Outgoing } from '../requests/exchange.ts'

/** Requests of each kind; on PostgreSQL more than 100,000 in all. */
const requests = effort({ usual: 800, long: 30_000 })
/**
 * Room for the noise of a collection. One short string that is kept for each request costs 100
 * bytes, a validator for each Content-Type 269 kB.
 */
const ALLOWED = 150_000 + 30 * requests
const AT_ONCE = 16

let server: ServerProcess
let ada: Person
let task: string

let reports = 0
/** Bytes in use in the server after a collection. */
async function bytesInUse(): Promise<number> {
  reports += 1
  server.signal('SIGUSR2')
  const said = () =>
    new RegExp(`\\{"report":${reports},"in_use":(\\d+)\\}`).exec(server.output())?.[1]
  await expect.poll(said, { timeout: 60_000 }).toBeDefined()
  return Number(said())
}

async function sendMany(
  count: number,
  from: number,
  make: (index: number) => Outgoing,
  statuses: Set<number>,
): Promise<void> {
  let next = from
  const one = async () => {
    while (next < from + count) statuses.add((await exchange(server.url, make(next++))).status)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}

const own = (headers: [string, string][] = []): [string, string][] => [
  ['authorization', `Bearer ${ada.token}`],
  ...headers,
]
const posted = (type: string, body: string): Outgoing => ({
  method: 'POST',
  path: ada.tasks,
  headers: own([['content-type', type]]),
  body,
})

/** Each is another one every time. */
const KINDS: [what: string, status: number, make: (index: number) => Outgoing][] = [
  ['a list', 200, () => ({ method: 'GET', path: ada.tasks, headers: own() })],
  [
    'a write',
    200,
    (index) => ({
      method: 'PATCH',
      path: task,
      headers: own([['content-type', 'application/json']]),
      body: `{"title":"${index}"}`,
    }),
  ],
  ['a Content-Type that nothing takes', 415, (index) => posted(`a/b${index}`, '{"title":"x"}')],
  [
    'a parameter of a Content-Type that is taken',
    422,
    (index) => posted(`application/json; x=${index}`, '{"title":""}'),
  ],
  [
    'a Content-Type on a request without a body',
    200,
    (index) => ({
      method: 'GET',
      path: ada.tasks,
      headers: own([['content-type', `a/b${index}`]]),
    }),
  ],
  [
    'a Content-Type on a path without an operation',
    404,
    (index) => ({
      method: 'POST',
      path: '/api/x',
      headers: [['content-type', `application/json${index}`]],
      body: '{}',
    }),
  ],
  ['a path', 404, (index) => ({ method: 'GET', path: `/api/auth/x${index}` })],
  [
    'a task id',
    404,
    (index) => ({
      method: 'GET',
      path: `${ada.tasks}/0199c2f0-0000-7000-8000-${String(index).padStart(12, '0')}`,
      headers: own(),
    }),
  ],
  [
    'a query',
    400,
    (index) => ({ method: 'GET', path: `${ada.tasks}?x${index}=1`, headers: own() }),
  ],
  ['an unknown member', 422, (index) => posted('application/json', `{"title":"x","m${index}":1}`)],
  [
    'a bad token',
    401,
    (index) => ({
      method: 'GET',
      path: ada.tasks,
      headers: [['authorization', `Bearer x${index}.y.z`]],
    }),
  ],
  [
    'an If-Match',
    412,
    (index) => ({ method: 'DELETE', path: task, headers: own([['if-match', `"x${index}"`]]) }),
  ],
  [
    'an Accept',
    406,
    (index) => ({ method: 'GET', path: ada.tasks, headers: own([['accept', `a/b${index}`]]) }),
  ],
  [
    'a request id, an origin and a user agent',
    200,
    (index) => ({
      method: 'GET',
      path: '/livez',
      headers: [
        ['x-request-id', `r${index}`],
        ['origin', `https://o${index}.example`],
        ['user-agent', `u${index}`],
      ],
    }),
  ],
]

async function startMeasured(): Promise<void> {
  const database = await copyDatabase(false)
  onTestFinished(() => database.drop())
  const limits = {
    RATE_LIMIT: 'on',
    RATE_LIMIT_USER: '1000000',
    RATE_LIMIT_NETWORK: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
  }
  const command = serverCommand(
    '--expose-gc',
    '--import',
    fileURLToPath(new URL('heap-report.mjs', import.meta.url)),
  )
  server = await startProcess({ ...limits, ...database.variables }, command)
  reports = 0
  ada = await newPerson(server.url)
}

test('memory stays flat over many requests, whatever is new in each of them', async () => {
  await startMeasured()
  task = `${ada.tasks}/${(await ada.addTask()).id}`
  for (const [what, status, make] of KINDS) {
    // In the long form this takes longer than an access token lives.
    const renewed = await send<{ token: string }>(`${server.url}/api/auth/token`, {
      headers: { authorization: `Bearer ${ada.sessionToken}` },
    })
    ada.token = renewed.body.token
    const statuses = new Set<number>()
    await sendMany(1_000, 0, make, statuses)
    const before = await bytesInUse()
    await sendMany(requests, 1_000, make, statuses)
    const grown = (await bytesInUse()) - before
    expect([what, [...statuses], grown < ALLOWED ? 'flat' : `${grown} bytes more`]).toEqual([
      what,
      [status],
      'flat',
    ])
  }
}, 7_200_000)

/** Tasks that are exported, 2,000 of them with each request that puts them there. */
const exported = 2_000 * effort({ usual: 5, long: 50 })
/** A page of these tasks is 240 kB as objects and as much as text; all of them are 100 MB. */
const ALLOWED_WHILE_EXPORTING = 3_000_000

test('memory stays flat during exports to a slow reader', async () => {
  await startMeasured()
  for (let sent = 0; sent < exported; sent += 2_000) {
    const items = Array.from({ length: 2_000 }, (_, index) => ({
      title: `Task ${sent + index}`,
      description: 'x'.repeat(600),
    }))
    const { status } = await ada.send(`/api/${ada.id}/task-import`, {
      method: 'POST',
      json: { items },
    })
    expect(status).toBe(200)
  }
  for (const name of ['task-export.json', 'task-export.csv', 'task-export.ics', 'my-data']) {
    const response = await new Promise<IncomingMessage>((resolve) => {
      get(
        `${server.url}/api/${ada.id}/${name}`,
        { headers: { authorization: `Bearer ${ada.token}` } },
        resolve,
      )
    })
    const inUse: number[] = []
    let tasks = 0
    for await (const chunk of response.setEncoding('utf8')) {
      tasks += (chunk as string).match(/Task \d/g)?.length ?? 0
      // Nothing is read meanwhile, so the file is where it is.
      if (tasks > (exported * (inUse.length + 1)) / 10) inUse.push(await bytesInUse())
    }
    expect([name, tasks >= exported * 0.99, inUse.length > 5]).toEqual([name, true, true])
    const grown = Math.max(...inUse.slice(1)) - (inUse[0] as number)
    expect([name, grown < ALLOWED_WHILE_EXPORTING ? 'flat' : `${grown} bytes more`]).toEqual([
      name,
      'flat',
    ])
  }
}, 600_000)
