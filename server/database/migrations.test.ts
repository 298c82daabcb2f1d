import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { copyDatabase } from '../testing/service.ts'
import { connection } from './connection.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'

const dir = fileURLToPath(new URL('migrations', import.meta.url))

/** A database with the tables and nothing in them, and a connection to it. */
async function connectToCopy(): Promise<{ url: string; client: pg.Client }> {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const url = variables.DATABASE_URL as string
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  return { url, client }
}

/** Takes back all migrations from one on, the last one first. */
async function migrateDownBefore(first: string, databaseUrl: pg.ClientConfig): Promise<string[]> {
  const undone = await runner({
    databaseUrl,
    dir,
    direction: 'down',
    count: readdirSync(dir).filter((name) => name >= first).length,
    migrationsTable: 'migrations',
    log: () => {},
  })
  return undone.map(({ name }) => name)
}

test('tasks of 0.1.0 keep their content, get positions and versions; down undoes up', async () => {
  const { variables, drop } = await copyDatabase(true)
  onTestFinished(drop)
  const url = variables.DATABASE_URL as string
  const back = () => migrateDownBefore('0003', connection(url, 'own'))
  const later = readdirSync(dir).filter((name) => name >= '0003')
  expect(await back()).toEqual(later.map((name) => name.replace('.sql', '')).reverse())
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  const ids = ['0199c2f0-0000-7000-8000-00000000000a', '0199c2f0-0000-7000-8000-00000000000b']
  for (const id of ids) {
    await client.query(`insert into "user" (id, name, email) values ($1::uuid, 'x', $2)`, [
      id,
      `${id}@example.org`,
    ])
    await client.query(
      `insert into tasks (user_id, id, version, title, description, completed_at, created_at,
        updated_at)
      select $1, gen_random_uuid(), 100 - n, 'Task ' || n, 'Σ', case when n % 2 = 0
      then now() end, now() + n * interval '1 second', now() from generate_series(1, 50) n`,
      [id],
    )
  }
  await client.query(`insert into task_clock (user_id, version) values ($1::uuid, 120)`, [ids[0]])
  await client.query(`insert into task_clock (user_id, version) values ($1::uuid, 99)`, [ids[1]])
  await migrate(url, pino({ level: 'silent' }))

  const { rows } = await client.query(`
    select user_id, array_agg(title
    order by position) as titles, min(tasks.version)::int as first,
    count(distinct tasks.version)::int as versions,
      max(tasks.version)::int as last, max(user_versions.version)::int as clock,
      count(*) filter (where state = 'done')::int as done, min(search) as search
    from tasks join user_versions using (user_id) group by user_id order by 1`)
  const titles = Array.from({ length: 50 }, (_, index) => `Task ${index + 1}`)
  const same = { titles, versions: 50, done: 25, search: 'task 1\nσ' }
  expect(rows).toEqual([
    { user_id: ids[0], ...same, first: 121, last: 170, clock: 170 },
    { user_id: ids[1], ...same, first: 100, last: 149, clock: 149 },
  ])
  await back()
  expect(
    (await client.query(`select count(*)::int as count, min(title) as title from tasks`)).rows,
  ).toEqual([{ count: 100, title: 'Task 1' }])
  await migrate(url, pino({ level: 'silent' }))
})

test('labels that are one label now are merged, and no other task changes', async () => {
  const { url, client } = await connectToCopy()
  await migrateDownBefore('0006_one_folding', connection(url, 'own'))
  const id = '0199c2f0-0000-7000-8000-00000000000a'
  await client.query(`insert into "user" (id, name, email) values ($1, 'x', 'x@example.org')`, [id])
  await client.query('update task_clock set version = 3')
  const labels = [
    ['Home', 'home', 'x', 'HOME'],
    ['home', 'work'],
    ['Café', 'cafe'],
  ]
  for (const [index, each] of labels.entries())
    await client.query(
      `insert into tasks (user_id, id, version, title, labels, position, created_at,
        updated_at) values ($1, gen_random_uuid(), $2, $3, $4, $3, now(), now())`,
      [id, index + 1, String(index), each],
    )
  await migrate(url, pino({ level: 'silent' }))
  const { rows } = await client.query(
    'select title, labels, label_keys, version::int from tasks order by title',
  )
  const [first, second, third] = rows
  expect([first.labels, first.label_keys, third.labels]).toEqual([
    ['Home', 'x'],
    ['home', 'x'],
    ['Café'],
  ])
  expect(second).toEqual({
    title: '1',
    labels: ['home', 'work'],
    label_keys: ['home', 'work'],
    version: 2,
  })
  expect([first.version, third.version].sort()).toEqual([4, 5])
  expect((await client.query('select version::int from user_versions')).rows).toEqual([
    { version: 5 },
  ])
  // What is used is counted by the migration after it.
  expect((await client.query('select tasks::int, bytes::int from user_versions')).rows).toEqual([
    { tasks: 3, bytes: 3 + 5 + 8 + 5 },
  ])
})

test('a task can be written under an empty search path, as pg_restore has it', async () => {
  const { client } = await connectToCopy()
  const id = '0199c2f0-0000-7000-8000-00000000000a'
  await client.query(
    `insert into "user" (id, name, email) values ($1::uuid, 'x', 'x@example.org')`,
    [id],
  )
  await client.query(`set search_path to ''`)
  const { rows } = await client.query(
    `insert into public.tasks (user_id, id, version, placed_version, title, labels, position,
      created_at, updated_at)
    values ($1, gen_random_uuid(), 1, 1, 'Crème', public.unique_labels(array['Ä', 'a', 'b']), 'x',
      now(), now())
    returning search, labels, label_keys`,
    [id],
  )
  expect(rows).toEqual([{ search: 'creme\n\n#a\n#b', labels: ['Ä', 'b'], label_keys: ['a', 'b'] }])
})

test('a limit for statements that the role has does not stop a migration', async () => {
  const { url, client } = await connectToCopy()
  // A database's own setting stands for that of a role, which all databases of the server would
  // share.
  const { rows } = await client.query<{ name: string }>('select current_database() as name')
  const id = '0199c2f0-0000-7000-8000-00000000000a'
  await client.query(
    `insert into "user" (id, name, email) values ($1::uuid, 'x', 'x@example.org')`,
    [id],
  )
  await client.query(
    `insert into tasks (user_id, id, version, placed_version, title, position, created_at,
      updated_at)
    select $1, gen_random_uuid(), n, n, repeat('é', 200), n, now(), now()
    from generate_series(1, 6000) n`,
    [id],
  )
  await client.query(`alter database "${rows[0]?.name}" set statement_timeout = '150ms'`)
  await migrateDownBefore('0006_one_folding', {
    ...connection(url, 'own'),
    options: '-c statement_timeout=0',
  })
  await migrate(url, pino({ level: 'silent' }))
  const { rows: limits } = await client.query(
    `select count(*)::int as count from pg_proc where proname = 'unique_labels'`,
  )
  expect(limits).toEqual([{ count: 1 }])
})

test('tables of a newer version are refused by name, and stay unchanged', async () => {
  const { url, client } = await connectToCopy()
  await client.query(`insert into migrations (name, run_on) values ('0999_from_the_future', now())`)
  const before = (await client.query('select name from migrations order by id')).rows
  await expect(migrate(url, pino({ level: 'silent' }))).rejects.toThrow(
    /newer Docket \(0999_from_the_future\)/,
  )
  const server = { databaseUrl: url, directDatabaseUrl: url, dataDir: '' }
  await expect(openDatabase(server, pino({ level: 'silent' }))).rejects.toThrow(
    /^The tables were changed by a newer Docket/,
  )
  expect((await client.query('select name from migrations order by id')).rows).toEqual(before)
})
