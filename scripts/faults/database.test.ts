import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import type { Cluster } from '../outside/cluster.ts'
import { note, type Row } from './report.ts'
import { breakable, people, readiness, restartable } from './world.ts'
import { startWriters, type Writers } from './writers.ts'

/** Milliseconds from the database's return to an acknowledged write. */
const RECOVERY_LIMIT = 2_000

interface World {
  url: string
  cluster: Cluster
  writers: Writers
}

async function startWorld(parent?: string, settings?: Record<string, string>): Promise<World> {
  const cluster = await breakable(parent, settings)
  const { url, start } = await restartable({ DATABASE_URL: cluster.url })
  await start()
  return { url, cluster, writers: startWriters(url, await people(url, 4), false) }
}

/** Does it this often, each time among writes; measures how long each recovery took. */
async function repeat(
  world: World,
  fault: string,
  times: number,
  breakAndMend: () => Promise<void>,
): Promise<Row> {
  let recovery = 0
  for (let time = 0; time < times; time += 1) {
    await world.writers.recovery()
    await wait(100)
    await breakAndMend()
    recovery = Math.max(recovery, await world.writers.recovery())
  }
  const row = { fault, times, recovery, ...(await world.writers.end()) }
  note(row)
  expect(row).toMatchObject({ lost: 0, doubled: 0, faults: [] })
  expect(recovery).toBeLessThanOrEqual(RECOVERY_LIMIT)
  // It is the process that was there before.
  expect((await send(`${world.url}/readyz`)).status).toBe(200)
  return row
}

async function asAdministrator<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

test('PostgreSQL restarted: 503 meanwhile, and writes again within two seconds', async () => {
  const world = await startWorld()
  await repeat(world, 'PostgreSQL restarted', 5, async () => {
    await world.cluster.stop()
    await world.cluster.start()
  })
})

test('PostgreSQL ended at once, so that it has to recover: the same', async () => {
  const world = await startWorld()
  await repeat(world, 'PostgreSQL ended at once', 5, async () => {
    await world.cluster.stop('SIGQUIT')
    await world.cluster.start()
  })
})

test('PostgreSQL stopped for 30 s: /readyz says so, and pools recover', async () => {
  const world = await startWorld()
  const { refused } = await repeat(world, 'PostgreSQL stopped for 30 s', 1, async () => {
    await world.cluster.stop()
    await readiness(world.url, 503)
    expect((await send(`${world.url}/livez`)).status).toBe(200)
    const login = await send<{ code: string }>(`${world.url}/api/auth/login`, {
      method: 'POST',
      json: { email: 'a@example.org', password: 'wrong horse' },
    })
    expect([login.status, login.body.code, login.headers.has('retry-after')]).toEqual([
      503,
      'service_unavailable',
      true,
    ])
    await wait(30_000)
    await world.cluster.start()
  })
  expect(refused).toBeGreaterThan(0)
  // Better Auth's own pool.
  await newPerson(world.url, 'late')
})

test('all connections terminated: nothing but 503, and new ones at once', async () => {
  const world = await startWorld()
  await repeat(world, 'connections terminated', 20, async () => {
    await asAdministrator(world.cluster.url, (client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()',
      ),
    )
  })
})

test('a lock on the table: 503 in time, no connection waits for ever', async () => {
  const world = await startWorld()
  await repeat(world, 'the table of tasks locked for 8 s', 2, async () => {
    await asAdministrator(world.cluster.url, async (client) => {
      await client.query('begin; lock table tasks in access exclusive mode')
      await wait(3_000)
      // HAProxy would take away all servers at once, and with them what needs no task.
      const began = performance.now()
      expect((await send(`${world.url}/readyz`)).status).toBe(200)
      expect(performance.now() - began).toBeLessThan(2_000)
      await wait(5_000)
      const { rows } = await client.query(
        "select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock'",
      )
      // The server's own pools, and no more: who gave up does not wait on.
      expect(rows[0].waiting).toBeLessThanOrEqual(14)
      await client.query('rollback')
    })
  })
})

test('writes of one user that all wait: they get 503, everybody else is served', async () => {
  const world = await startWorld()
  const slow = await newPerson(world.url, 'slow')
  await repeat(world, 'one user’s writes wait for 6 s', 1, async () => {
    await asAdministrator(world.cluster.url, async (client) => {
      await client.query('begin')
      await client.query('select from user_versions where user_id = $1 for update', [slow.id])
      const writes = Array.from({ length: 40 }, () =>
        slow.send<{ code: string }>(slow.tasks, { method: 'POST', json: { title: 'x' } }),
      )
      await wait(1_000)
      expect(await world.writers.recovery()).toBeLessThan(500)
      const responses = await Promise.all(writes)
      expect(new Set(responses.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
        new Set(['503 service_unavailable']),
      )
      expect(await world.writers.recovery()).toBeLessThan(500)
      await client.query('rollback')
    })
  })
})

test('a full disk: 503, no acknowledged write lost, and recovery', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'docket-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk])
  onTestFinished(() => {
    execFileSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })
  const world = await startWorld(disk)
  const ballast = join(disk, 'ballast')
  await repeat(world, 'the disk full for 5 s', 2, async () => {
    fill(disk, ballast)
    await readinessOfWrites(world)
    await wait(5_000)
    truncateSync(ballast, 0)
    // It may have ended itself, for want of room for its log.
    await world.cluster.start()
  })
})

function fill(disk: string, file: string): void {
  const { bavail, bsize } = statfsSync(disk)
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize))
  } catch {
    // What PostgreSQL took meanwhile.
  }
}

/** Waits for the first write that is refused. */
async function readinessOfWrites({ url }: World): Promise<void> {
  const person: Person = await newPerson(url, 'prober').catch(() => undefined as never)
  for (let tries = 0; tries < 200 && person; tries += 1) {
    const { status } = await person.send(person.tasks, {
      method: 'POST',
      json: { title: 'x'.repeat(200), description: 'x'.repeat(1_000) },
    })
    if (status === 503) return
  }
}
