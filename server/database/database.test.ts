import pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startService } from '../testing/service.ts'
import { openDatabase } from './database.ts'
import { sql } from './sql.ts'
import { Unavailable } from './unavailable.ts'

const log = pino({ level: 'silent' })

test('three processes that start at once on one database all start', async () => {
  const { databaseUrl, directDatabaseUrl } = await startService({ losable: true })
  const databases = await Promise.all(
    Array.from({ length: 3 }, () =>
      openDatabase({ databaseUrl, directDatabaseUrl, dataDir: '' }, log),
    ),
  )
  onTestFinished(
    async () => void (await Promise.all(databases.map((database) => database.close()))),
  )
  for (const database of databases) await database.ping()
})

test('a statement that takes too long is a 503; waiting ones are not run', async () => {
  const { databaseUrl, directDatabaseUrl } = await startService({ losable: true })
  const database = await openDatabase({ databaseUrl, directDatabaseUrl, dataDir: '' }, log)
  onTestFinished(() => database.close())
  await database.rows(sql.unsafe`create table marks (mark int)`)
  const blocker = new pg.Client(databaseUrl)
  await blocker.connect()
  await blocker.query('begin; lock table marks')
  // The embedded database closes a connection that holds it and sends nothing for 4 s.
  const talking = setInterval(() => void blocker.query('select 1'), 1_000)
  onTestFinished(() => clearInterval(talking))
  const writes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, mark) =>
      database.rows(sql.unsafe`insert into marks values (${mark}::int)`),
    ),
  )
  expect(
    writes.every((write) => write.status === 'rejected' && write.reason instanceof Unavailable),
  ).toBe(true)
  clearInterval(talking)
  await blocker.query('rollback')
  await blocker.end()
  await database.ping()
  const [{ count }] = (await database.rows<{ count: number }>(
    sql.unsafe`select count(*)::int as count from marks`,
  )) as [{ count: number }]
  // Eight had been sent, one for each connection; a server may finish those. The others had not.
  expect(count).toBeLessThanOrEqual(8)
})
