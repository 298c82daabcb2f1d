import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { copyDatabase } from '../testing/service.ts'
import { connection } from './connection.ts'
import { migrate } from './migrate.ts'

const dir = fileURLToPath(new URL('migrations', import.meta.url))

test('tasks of 0.1.0 keep what they were, get places in their order and versions that nobody has seen; and the way back leads back', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const url = variables.DATABASE_URL as string
  const back = () => runner({ databaseUrl: connection(url, 'own'), dir, direction: 'down', count: 3, migrationsTable: 'migrations', log: () => {} })
  expect((await back()).map(({ name }) => name)).toEqual(['0005_search_statistics', '0004_task_changes', '0003_task_fields'])

  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  const ids = ['0199c2f0-0000-7000-8000-00000000000a', '0199c2f0-0000-7000-8000-00000000000b']
  for (const id of ids) {
    await client.query(`insert into "user" (id, name, email) values ($1::uuid, 'x', $2)`, [id, `${id}@example.org`])
    await client.query(
      `insert into tasks (user_id, id, version, title, description, completed_at, created_at, updated_at)
      select $1, gen_random_uuid(), 100 - n, 'Task ' || n, 'Σ', case when n % 2 = 0 then now() end, now() + n * interval '1 second', now() from generate_series(1, 50) n`,
      [id],
    )
  }
  await client.query(`insert into task_clock (user_id, version) values ($1::uuid, 120)`, [ids[0]])
  await client.query(`insert into task_clock (user_id, version) values ($1::uuid, 99)`, [ids[1]])
  await migrate(url, pino({ level: 'silent' }))

  const { rows } = await client.query(`
    select user_id, array_agg(title order by position) as titles, min(tasks.version)::int as first, count(distinct tasks.version)::int as versions,
      max(tasks.version)::int as last, max(task_clock.version)::int as clock, count(*) filter (where state = 'done')::int as done, min(search) as search
    from tasks join task_clock using (user_id) group by user_id order by 1`)
  const titles = Array.from({ length: 50 }, (_, index) => `Task ${index + 1}`)
  const same = { titles, versions: 50, done: 25, search: 'task 1\nσ' }
  expect(rows).toEqual([
    { user_id: ids[0], ...same, first: 121, last: 170, clock: 170 },
    { user_id: ids[1], ...same, first: 100, last: 149, clock: 149 },
  ])
  await back()
  expect((await client.query(`select count(*)::int as count, min(title) as title from tasks`)).rows).toEqual([{ count: 100, title: 'Task 1' }])
  await migrate(url, pino({ level: 'silent' }))
})
