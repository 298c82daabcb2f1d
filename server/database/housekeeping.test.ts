import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startProcess } from '../testing/process.ts'
import { copyDatabase } from '../testing/service.ts'

test('keys after 24 hours and sessions that have expired are taken away, however many, and no others', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const client = new pg.Client(variables.DATABASE_URL)
  await client.connect()
  onTestFinished(() => client.end())
  const { rows } = await client.query(`insert into "user" (id, name, email) values (gen_random_uuid(), 'Ada', 'ada@example.org') returning id`)
  await client.query(
    `insert into idempotency_keys (user_id, key, request_hash, status, created_at)
    select $1, n, 'x', 204, now() - case when n <= 2500 then interval '24 hours 1 second' else interval '23 hours 50 minutes' end from generate_series(1, 2507) n`,
    [rows[0].id],
  )
  await client.query(
    `insert into session (id, "userId", token, "expiresAt") select gen_random_uuid(), $1, n, now() + n * interval '1 hour' from generate_series(-3, 2) n`,
    [rows[0].id],
  )
  const first = await startProcess({ ...variables, BETTER_AUTH_SECRET: randomBytes(32).toString('base64url') })
  const left = async () =>
    (await client.query('select (select count(*)::int from idempotency_keys) as keys, (select count(*)::int from session) as sessions')).rows[0]
  while ((await left()).sessions > 2) await new Promise(setImmediate)
  expect(await left()).toEqual({ keys: 7, sessions: 2 })
  expect(first.output()).toMatch(/"what":"keys","taken":2500,.*"msg":"housekeeping"/)
})
