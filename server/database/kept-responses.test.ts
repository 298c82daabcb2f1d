import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { assertSchema } from '../contract/schemas.ts'
import { copyDatabase } from '../testing/service.ts'
import { connection } from './connection.ts'
import { migrate } from './migrate.ts'

const dir = fileURLToPath(new URL('migrations', import.meta.url))

test('a response that 0.5 kept for a retry fits the contract after the upgrade', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const url = variables.DATABASE_URL as string
  await runner({
    databaseUrl: connection(url, 'own'),
    dir,
    direction: 'down',
    count: readdirSync(dir).filter((name) => name >= '0009').length,
    migrationsTable: 'migrations',
    log: () => {},
  })
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  const id = '0199c2f0-0000-7000-8000-00000000000a'
  await client.query(`insert into "user" (id, name, email) values ($1, 'x', 'x@example.org')`, [id])
  await client.query(
    `insert into tasks (user_id, id, version, title, description, completed_at, due_date, due_time,
      labels, position, created_at, updated_at)
    values ($1, gen_random_uuid(), 7, 'Pay the rent', 'Before "noon"', now(), '2026-12-01', '12:00',
      array['home'], '5', now(), now())`,
    [id],
  )
  await client.query(
    `insert into idempotency_keys (user_id, key, request_hash, status, answer, created_at)
    select $1::uuid, kept.key, 'x', kept.status, to_json(tasks), now()
    from tasks, (values ('created', 201), ('deleted', 204)) kept (key, status)
    union all
    select $1::uuid, 'bulk', 'x', 200, json_build_object('items', json_agg(tasks)), now()
    from tasks`,
    [id],
  )
  await migrate(url, pino({ level: 'silent' }))
  const { rows } = await client.query('select key, response from idempotency_keys order by key')
  expect(rows.map(({ key }) => key)).toEqual(['created', 'deleted'])
  assertSchema('Task', rows[0].response)
  expect(rows[0].response).toMatchObject({
    list_id: null,
    parent_id: null,
    subtasks: { open: 0, done: 0 },
    title: 'Pay the rent',
    description: 'Before "noon"',
    completed: true,
    due_time: '12:00',
    labels: ['home'],
    etag: '"7"',
  })
  expect(rows[1].response).toBeNull()
})
