// npm run bench -- growth: how long one task, the first and a deep page, a write and a search take
// while the table grows, for an ordinary user and for one with 100,000 tasks.
// Prints medians, writes them to bench/growth.json and docs/growth.svg. `npm run bench -- growth
// 10000 1000000` for other sizes than 10,000, 1,000,000 and 10,000,000 tasks.
import { Console } from 'node:console'
import { mkdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { median } from './median.ts'
import { growthPicture, type Point } from './picture.ts'
import { docket, openServers } from './servers.ts'

const SIZES =
  process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 1_000_000, 10_000_000]
const [HEAVY, ORDINARY] = [100_000, 200]
/** Requests of a kind, one after the other. */
const TIMES = 300

const servers = await openServers('docket_growth')
const database = new pg.Client(servers.databaseUrl)
await database.connect()
try {
  const { url } = await servers.start(docket(), { RATE_LIMIT: 'off', LOG_LEVEL: 'warn' })
  const users = { ordinary: await newPerson(url, 'ordinary'), heavy: await newPerson(url, 'heavy') }
  await fill(database, users.ordinary.id, ORDINARY)
  await fill(database, users.heavy.id, HEAVY)
  const points: Point[] = []
  let there = 0
  for (const size of SIZES) {
    await fillOthers(database, size - there)
    there = size
    await database.query('vacuum analyze tasks')
    for (const [who, person] of Object.entries(users)) {
      for (const [work, ask] of Object.entries(await works(person))) {
        const took: number[] = []
        // The first ones warm up.
        for (let time = -TIMES; time < TIMES; time += 1) {
          const began = performance.now()
          const { status } = await ask()
          if (status >= 300) throw new Error(`${work} answered ${status}`)
          if (time >= 0) took.push(performance.now() - began)
        }
        points.push({ work, who, size, p50: Math.round(median(took) * 100) / 100 })
      }
    }
    process.stdout.write(`${size} tasks of others: done\n`)
  }
  new Console(process.stdout).table(points)
  const result = { at: new Date().toISOString(), node: process.version, times: TIMES, points }
  mkdirSync('bench', { recursive: true })
  writeFileSync('bench/growth.json', `${JSON.stringify(result, null, 2)}\n`)
  writeFileSync(
    'docs/growth.svg',
    growthPicture(
      points,
      `Median of ${TIMES} requests in milliseconds, by the tasks in the table; one after the ` +
        `other, Node ${process.version}`,
    ),
  )
} finally {
  await database.end()
  await servers.close()
}

async function works({
  send,
  tasks,
}: Person): Promise<Record<string, () => Promise<{ status: number }>>> {
  type Page = { items: { id: string }[]; next_cursor: string | null }
  const first = (await send<Page>(`${tasks}?limit=20`)).body
  // As deep as the ordinary user goes.
  let deep = first
  for (let page = 0; page < 5 && deep.next_cursor; page += 1)
    deep = (await send<Page>(`${tasks}?limit=20&cursor=${deep.next_cursor}`)).body
  return {
    'one task': () => send(`${tasks}/${first.items[0]?.id}`),
    'first page': () => send(`${tasks}?limit=20`),
    'deep page': () => send(`${tasks}?limit=20&cursor=${deep.next_cursor}`),
    write: () => send(tasks, { method: 'POST', json: { title: 'Water the plants' } }),
    search: () => send(`${tasks}?limit=20&q=needle`),
  }
}

/** Tasks of one user; one in a hundred says `needle`. */
async function fill(database: pg.Client, userId: string, count: number): Promise<void> {
  await database.query(
    `insert into tasks (
      user_id, id, version, placed_version, title, position, created_at, updated_at
    )
    select $1::uuid, gen_random_uuid(), n, n, case when n % 100 = 0 then 'The needle '
    else 'Pay the ' end || md5(n::text), position_between(null, null, n),
    now() - n * interval '17 seconds', now()
    from generate_series(1, $2::int) n`,
    [userId, count],
  )
  await database.query('update user_versions set version = $2 where user_id = $1', [userId, count])
}

/** As many tasks of others, 200 each. Rows first and indexes after them is many times faster. */
async function fillOthers(database: pg.Client, count: number): Promise<void> {
  const { rows } = await database.query(
    `select indexname, indexdef from pg_indexes where tablename = 'tasks'
      and indexname <> 'tasks_pkey'`,
  )
  if (count > HEAVY)
    for (const { indexname } of rows) await database.query(`drop index ${indexname}`)
  await database.query(
    `with others as (insert into "user" (id, name, email)
      select gen_random_uuid(), 'Another user', gen_random_uuid() || '@example.org'
      from generate_series(1, $1::int / $2::int) returning id)
    insert into tasks (
      user_id, id, version, placed_version, title, position, created_at, updated_at
    )
    select id, gen_random_uuid(), n, n, case when n % 100 = 0 then 'The needle '
    else 'Pay the ' end || md5(n::text), position_between(null, null, n),
    now() - n * interval '17 seconds', now()
    from others, generate_series(1, $2::int) n`,
    [count, ORDINARY],
  )
  if (count > HEAVY) for (const { indexdef } of rows) await database.query(indexdef)
}
