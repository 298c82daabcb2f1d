import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson, send } from '../../server/testing/person.ts'
import { startProcess } from '../../server/testing/process.ts'
import { startCluster } from './cluster.ts'
import { install, works } from './program.ts'

async function startPgBouncer(port: number, target: URL): Promise<void> {
  if (!works('pgbouncer', '--version')) install('pgbouncer')
  const directory = mkdtempSync(join(tmpdir(), 'docket-pgbouncer-'))
  chmodSync(directory, 0o755)
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
postgres = host=127.0.0.1 port=${target.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
  )
  // PgBouncer, like PostgreSQL, refuses to run as root.
  const pooler: ChildProcess = spawn(
    'pgbouncer',
    ['-q', ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file],
    { stdio: 'inherit' },
  )
  onTestFinished(() => {
    pooler.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
}

test('behind PgBouncer in transaction mode: reads, writes, bulks, sign-out', async () => {
  const cluster = await startCluster()
  onTestFinished(() => cluster.remove())
  const port = await freePort()
  await startPgBouncer(port, new URL(cluster.url))
  const pooled = Object.assign(new URL(cluster.url), { port: String(port) }).href.replace(
    'postgresql://postgres@',
    'postgresql://postgres:x@',
  )
  for (;;) {
    const client = new pg.Client(pooled)
    if (
      await client.connect().then(
        () => true,
        () => false,
      )
    ) {
      await client.end()
      break
    }
    await wait(50)
  }
  const { url } = await startProcess({
    DATABASE_URL: pooled,
    DIRECT_DATABASE_URL: cluster.url,
    BETTER_AUTH_SECRET: 'x1'.repeat(32),
  })
  const people = await Promise.all(
    Array.from({ length: 5 }, (_, index) => newPerson(url, `person${index}`)),
  )
  await Promise.all(
    people.map(async (person) => {
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, index) => person.addTask({ title: `${index}` })),
      )
      const operations = made.map(({ id }) => ({
        action: 'complete_task',
        id: id,
        completed: true,
      }))
      expect(
        (
          await person.send(`/api/${person.id}/operations`, {
            method: 'POST',
            json: { operations },
          })
        ).status,
      ).toBe(200)
      const { body } = await person.send<{ items: { completed: boolean }[] }>(
        `${person.tasks}?completed=true&limit=50&priority=none`,
      )
      expect(body.items).toHaveLength(20)
    }),
  )
  const [ada, bob] = people as [(typeof people)[0], (typeof people)[0]]
  expect(
    (
      await send(`${url}/api/auth/logout`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ada.token}` },
      })
    ).status,
  ).toBe(200)
  expect([(await ada.send(ada.tasks)).status, (await bob.send(bob.tasks)).status]).toEqual([
    401, 200,
  ])
}, 60_000)
