import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmbedded } from '../../server/database/embedded/embedded.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { ABUSES, type Order, pauseOf } from './abuses.ts'
import { breakable, restartable } from './world.ts'

// One user does the dearest things as often as the limits allow, evenly, or a stranger more often;
// meanwhile others work.

/**
 * Least that one kind of abuse lasts, in milliseconds: all of the time between two of a kind, where
 * that is longer.
 */
const ROUND = 10_000
/** What is no wait for anybody, however fast it is without abuse, in milliseconds. */
const FLOOR = 50
/** How many users work beside each. */
const USERS = 3
/** How long the server works before anything is measured. */
const WARM_UP = 4_000

interface World {
  url: string
  /** Gives each of them tasks as long as tasks can be. */
  fill(people: Person[], count: number): Promise<void>
}

async function onPostgres(): Promise<World> {
  const cluster = await breakable()
  const { url, start } = await restartable({ DATABASE_URL: cluster.url, ...SETTINGS })
  await start()
  return { url, fill: (people, count) => fillBy(cluster.url, people, count) }
}

async function onEmbedded(): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'docket-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const { url, start } = await restartable({ DATA_DIR: directory, ...SETTINGS })
  let server = await start()
  return {
    url,
    async fill(people, count) {
      await server.end('SIGTERM')
      const embedded = await startEmbedded(directory)
      await fillBy(embedded.url, people, count)
      await embedded.close()
      server = await start()
    },
  }
}

const SETTINGS = { RATE_LIMIT: 'on', TRUST_PROXY: '1' }

/** Texts in which a search of many letters that are alike finds nothing, as late as can be. */
async function fillBy(url: string, people: Person[], count: number): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  for (const { id } of people) {
    await client.query(
      `insert into tasks (user_id, id, version, placed_version, title, description, labels,
        position, trashed_at, created_at, updated_at)
      select $1, gen_random_uuid(), n, n, 'Task ' || n, repeat('a', 990), array['l' || n % 300],
      position_between(null, null, n),
        case when n % 10 = 0 then now() end, now() - n * interval '1 second', now()
        from generate_series(1, $2::int) n`,
      [id, count],
    )
    await client.query(
      'update user_versions set version = $2, tasks = $2, bytes = $2::bigint * 1000 where ' +
        'user_id = $1',
      [id, count],
    )
  }
  await client.query('analyze tasks')
  await client.end()
}

let network = 0

/** Who signs in from a device that has signed in before. */
type Guest = Pick<Person, 'email' | 'password'> & { device_token: string }

interface Times {
  list: number[]
  'filtered list': number[]
  get: number[]
  create: number[]
  'sign-in': number[]
}

/**
 * Other users work until it is over: how long each request took, in milliseconds. Nothing may be
 * refused.
 */
async function work(
  world: World,
  users: Person[],
  guests: Guest[],
  isOver: () => boolean,
): Promise<Times> {
  const times: Times = { list: [], 'filtered list': [], get: [], create: [], 'sign-in': [] }
  const timed = async (name: keyof Times, request: () => Promise<{ status: number }>) => {
    const began = performance.now()
    const { status } = await request()
    times[name].push(performance.now() - began)
    expect([name, status]).toEqual([name, name === 'create' ? 201 : 200])
  }
  const tasks = async (user: Person) => {
    const first = await user.addTask()
    while (!isOver()) {
      await timed('list', () => user.send(user.tasks))
      await timed('filtered list', () => user.send(`${user.tasks}?priority=none&label=home`))
      await timed('get', () => user.send(`${user.tasks}/${first.id}`))
      await timed('create', () =>
        user.send(user.tasks, { method: 'POST', json: { title: 'Buy milk' } }),
      )
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
  const signIns = async () => {
    while (!isOver()) {
      const { email, password, device_token } = guests[network % guests.length] as Guest
      await timed('sign-in', () =>
        send(`${world.url}/api/auth/login`, {
          method: 'POST',
          headers: { 'x-forwarded-for': `203.0.${Math.floor(++network / 250)}.${network % 250}` },
          json: { email, password, device_token },
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  await Promise.all([...users.map(tasks), signIns()])
  return times
}

const p95 = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] as number
const each = (times: Times) =>
  Object.fromEntries(Object.entries(times).map(([name, values]) => [name, p95(values)])) as Record<
    keyof Times,
    number
  >

describe.each([
  ['PostgreSQL', onPostgres, 20_000, 5],
  ['the embedded database', onEmbedded, 20_000, 10],
] as const)('on %s', (_, open, count, limit) => {
  test(`others are served, within ${limit} times as long, whatever one does`, async () => {
    const world = await open()
    const names = Object.keys(ABUSES)
    const abusers: Person[] = []
    for (const [index] of names.entries())
      abusers.push(
        await newPerson(world.url, `abuser${index}`, { 'x-forwarded-for': `172.16.${index}.1` }),
      )
    const users: Person[] = []
    for (let index = 0; index < USERS * (names.length + 1); index += 1)
      users.push(
        await newPerson(world.url, `user${index}`, { 'x-forwarded-for': `192.0.2.${index}` }),
      )
    const guests: Guest[] = []
    for (let index = 0; index < 60; index += 1) {
      const guest = { email: `guest${index}@example.org`, password: 'correct horse battery' }
      const headers = { 'x-forwarded-for': `198.51.100.${index}` }
      const { body } = await send<{ device_token: string }>(`${world.url}/api/auth/signup`, {
        method: 'POST',
        headers,
        json: guest,
      })
      guests.push({ ...guest, device_token: body.device_token })
    }
    await world.fill(abusers, count)

    const quietFor = (milliseconds: number) => {
      const end = Date.now() + milliseconds
      return work(world, users.slice(-USERS), guests, () => Date.now() > end)
    }
    await quietFor(WARM_UP)
    const quiet = each(await quietFor(ROUND))
    const rows = [
      ['', ...Object.keys(quiet)],
      ['quiet', ...Object.values(quiet).map((ms) => `${ms.toFixed(1)} ms`)],
    ]
    const slow: string[] = []
    for (const [index, name] of names.entries()) {
      const { id, token } = abusers[index] as Person
      const order: Order = {
        abuser: { url: world.url, id, token, network: `172.16.${index}.1` },
        name,
        milliseconds: Math.max(ROUND, pauseOf(name)),
      }
      const worker = new Worker(new URL('./abuses.ts', import.meta.url), { workerData: order })
      let isOver = false
      const abuse = once(worker, 'message')
        .then(([statuses]) => statuses as Map<number, number>)
        .finally(() => {
          isOver = true
        })
      const times = each(
        await work(world, users.slice(USERS * index, USERS * (index + 1)), guests, () => isOver),
      )
      const statuses = await abuse
      expect([name, statuses.get(429)]).toEqual([name, undefined])
      expect([name, [200, 401, 422].some((status) => statuses.has(status))]).toEqual([name, true])
      rows.push([
        name,
        ...Object.values(times).map((ms) => ms.toFixed(1)),
        [...statuses].map((each) => each.join('×')).join(' '),
      ])
      for (const [what, ms] of Object.entries(times))
        if (ms > Math.max(limit * quiet[what as keyof Times], FLOOR))
          slow.push(`${what} beside ${name}`)
    }
    process.stdout.write(`${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`)
    expect(slow).toEqual([])
  }, 1_200_000)
})
