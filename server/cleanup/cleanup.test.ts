import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startProcess } from '../testing/process.ts'
import { copyDatabase } from '../testing/service.ts'

test('deletes old trash, tombstones, keys and sessions, and nothing else', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const client = new pg.Client(variables.DATABASE_URL)
  await client.connect()
  onTestFinished(() => client.end())
  const { rows } = await client.query(
    `insert into "user" (id, name, email)
      values (gen_random_uuid(), 'Ada', 'ada@example.org') returning id`,
  )
  await client.query(
    `insert into idempotency_keys (user_id, key, request_hash, status, created_at)
    select $1, n, 'x', 204, now() - case when n <= 2500 then interval '24 hours 1 second'
    else interval '23 hours 50 minutes' end from generate_series(1, 2507) n`,
    [rows[0].id],
  )
  await client.query(
    `insert into session (id, "userId", token, "expiresAt")
      select gen_random_uuid(), $1, n, now() + n * interval '1 hour' from generate_series(-3, 2) n`,
    [rows[0].id],
  )
  await client.query(
    `insert into tasks (user_id, id, version, placed_version, title, position, trashed_at,
      created_at, updated_at)
    select $1, gen_random_uuid(), n, n, n, '5', case when n <= 1500
    then now() - interval '30 days' when n <= 1503
    then now() - interval '29 days 23 hours' end, now(), now()
    from generate_series(1, 1507) n`,
    [rows[0].id],
  )
  await client.query(
    `insert into tombstones (user_id, type, id, version, purged_at)
    select $1, 'task', gen_random_uuid(), n, now() - case when n <= 1604 then interval '90 days'
    else interval '89 days' end from generate_series(1600, 1610) n`,
    [rows[0].id],
  )
  await client.query('update user_versions set version = 1610')
  const first = await startProcess({
    ...variables,
    BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
  })
  const left = async () => {
    const { rows } = await client.query(`
      select (select count(*)::int from idempotency_keys) as keys, (select count(*)::int
      from session) as sessions,
        (select count(*)::int from tasks
        where trashed_at is null) as tasks, (select count(*)::int from tasks
        where trashed_at is not null) as trash,
        (select count(*)::int from tombstones) as purged, (select max(version)::int
        from tombstones) as last, version::int, forgotten::int from user_versions`)
    return rows[0]
  }
  while ((await left()).sessions > 2) await new Promise(setImmediate)
  expect(await left()).toEqual({
    keys: 7,
    sessions: 2,
    tasks: 4,
    trash: 3,
    purged: 1_506,
    last: 3_110,
    version: 3_110,
    forgotten: 1_604,
  })
  await expect
    .poll(() => first.output())
    .toMatch(/"what":"idempotency keys after 24 hours","deleted":2500,.*"msg":"cleaned up"/)
})
