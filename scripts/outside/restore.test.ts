import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson, send } from '../../server/testing/person.ts'
import { startProcess } from '../../server/testing/process.ts'
import { startCluster } from './cluster.ts'
import { install, works } from './program.ts'

test('a backup by pg_dump, restored elsewhere as the hosting guide says: accounts and tasks are there, and old cursors start over', async () => {
  if (!works('pg_dump', '--version')) install('postgresql-client')
  const cluster = await startCluster()
  onTestFinished(() => cluster.remove())
  const directory = mkdtempSync(join(tmpdir(), 'docket-backup-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const BETTER_AUTH_SECRET = 'x1'.repeat(32)
  const before = await startProcess({ DATABASE_URL: cluster.url, BETTER_AUTH_SECRET })
  const ada = await newPerson(before.url)
  const task = await ada.addTask({ title: 'Kept' })
  const { body: changes } = await ada.send<{ cursor: string }>(`/api/${ada.id}/task-changes`)

  const file = join(directory, 'docket.dump')
  execFileSync('pg_dump', ['--format=custom', '--no-owner', `--file=${file}`, cluster.url])
  await ada.addTask({ title: 'Written after the backup' })
  await before.end('SIGINT')

  const client = new pg.Client(cluster.url)
  await client.connect()
  await client.query('create database restored')
  await client.end()
  const restored = Object.assign(new URL(cluster.url), { pathname: '/restored' }).href
  execFileSync('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${restored}`, file])
  execFileSync('psql', ['--quiet', restored, '-c', 'update task_clock set epoch = gen_random_uuid()'])

  const after = await startProcess({ DATABASE_URL: restored, BETTER_AUTH_SECRET })
  const own = (path: string) => send<{ items: unknown[]; code?: string }>(`${after.url}${path}`, { headers: { authorization: `Bearer ${ada.token}` } })
  expect((await own(ada.tasks)).body.items).toEqual([task])
  const stale = await own(`/api/${ada.id}/task-changes?since=${changes.cursor}`)
  expect([stale.status, stale.body.code]).toEqual([410, 'changes_gone'])
  const login = await send(`${after.url}/api/auth/login`, { method: 'POST', json: { email: ada.email, password: ada.password } })
  expect(login.status).toBe(200)
}, 60_000)
