import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { note } from './report.ts'
import { breakable, people, restartable } from './world.ts'
import { startWriters } from './writers.ts'

const TIMES = 10

const databases: [name: string, variables: () => Promise<Record<string, string>>][] = [
  ['PostgreSQL', async () => ({ DATABASE_URL: (await breakable()).url })],
  [
    'the embedded database',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'docket-faults-'))
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
      return { DATA_DIR: directory }
    },
  ],
]

test.each(databases)(
  'kill -9 during writes, on %s: every acknowledged write is there once',
  async (name, variables) => {
    const { url, start } = await restartable(await variables())
    let server = await start()
    const writers = startWriters(url, await people(url, 4), true)
    let recovery = 0
    for (let times = 0; times < TIMES; times += 1) {
      await writers.recovery()
      // Not at the same point of its work every time.
      await wait(100 + Math.random() * 200)
      await server.end('SIGKILL')
      server = await start()
      recovery = Math.max(recovery, await writers.recovery())
    }
    const account = await writers.end()
    note({ fault: `kill -9 of the server, ${name}`, times: TIMES, recovery, ...account })
    expect(account).toMatchObject({ lost: 0, doubled: 0, faults: [] })
    expect(account.acknowledged).toBeGreaterThan(TIMES * 10)
  },
)

test('SIGTERM during writes: accepted requests are answered; exit code 0', async () => {
  const cluster = await breakable()
  const { url, start } = await restartable({ DATABASE_URL: cluster.url })
  let server = await start()
  const writers = startWriters(url, await people(url, 4), false)
  let recovery = 0
  const times = 5
  for (let time = 0; time < times; time += 1) {
    await writers.recovery()
    await wait(200)
    const began = performance.now()
    const code = await server.end('SIGTERM')
    expect([code, performance.now() - began < 10_000]).toEqual([0, true])
    server = await start()
    recovery = Math.max(recovery, await writers.recovery())
  }
  const account = await writers.end()
  note({ fault: 'SIGTERM of the server', times, recovery, ...account })
  // Between the two there is no server to connect to; a connection that is cut would be "other side
  // closed" or a reset while it reads.
  expect(account.faults.filter((fault) => !/^no response: Error: connect /.test(fault))).toEqual([])
  expect(account).toMatchObject({ lost: 0, doubled: 0, refused: 0 })
})
