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

test('a restored pg_dump: accounts and tasks stay, sessions and cursors do not', async () => {
  if (!works('pg_dump', '--version')) install('postgresql-client')
  const cluster = await startCluster()
  onTestFinished(() => cluster.remove())
  const directory = mkdtempSync(join(tmpdir(), 'docket-backup-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const BETTER_AUTH_SECRET = 'x1'.repeat(32)
  const before = await startProcess({ DATABASE_URL: cluster.url, BETTER_AUTH_SECRET })
  const ada = await newPerson(before.url)
  const task = await ada.addTask({ title: 'Kept' })
  const other = await send<{ access_token: string; session_token: string }>(
    `${before.url}/api/auth/login`,
    {
      method: 'POST',
      json: { email: ada.email, password: ada.password },
    },
  )
  const { body: changes } = await ada.send<{ cursor: string }>(`/api/${ada.id}/changes`)

  const file = join(directory, 'docket.dump')
  execFileSync('pg_dump', ['--format=custom', '--no-owner', `--file=${file}`, cluster.url])
  await ada.addTask({ title: 'Written after the backup' })
  // Ended after the backup, and so alive in it.
  await send(`${before.url}/api/auth/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${other.body.session_token}` },
  })
  await before.end('SIGINT')

  const client = new pg.Client(cluster.url)
  await client.connect()
  await client.query('create database restored')
  await client.end()
  const restored = Object.assign(new URL(cluster.url), { pathname: '/restored' }).href
  execFileSync('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${restored}`, file])
  execFileSync('psql', [
    '--quiet',
    restored,
    '-c',
    'delete from session',
    '-c',
    'update user_versions set epoch = gen_random_uuid()',
  ])

  const after = await startProcess({ DATABASE_URL: restored, BETTER_AUTH_SECRET })
  for (const token of [
    other.body.access_token,
    other.body.session_token,
    ada.sessionToken,
    ada.token,
  ]) {
    const verified = await send(`${after.url}/api/auth/verify`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(verified.status).toBe(401)
  }
  const login = await send<{ access_token: string }>(`${after.url}/api/auth/login`, {
    method: 'POST',
    json: { email: ada.email, password: ada.password },
  })
  expect(login.status).toBe(200)
  const headers = { authorization: `Bearer ${login.body.access_token}` }
  const own = (path: string) =>
    send<{ items: unknown[]; code?: string }>(`${after.url}${path}`, { headers })
  expect((await own(ada.tasks)).body.items).toEqual([task])
  const stale = await own(`/api/${ada.id}/changes?since=${changes.cursor}`)
  expect([stale.status, stale.body.code]).toEqual([410, 'changes_gone'])
}, 60_000)
