import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { createLog } from '../../log.ts'
import { createService } from '../../service.ts'
import { dataDirectory } from '../../testing/process.ts'
import { startEmbedded } from './embedded.ts'

async function open(max: number) {
  const directory = dataDirectory()
  const embedded = await startEmbedded(directory)
  const pool = new pg.Pool({ connectionString: embedded.url, max })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  onTestFinished(async () => {
    await pool.end()
    await embedded.close()
  })
  await pool.query('create table marks (mark int)')
  return { directory, embedded, pool }
}

test('ten connections at once read their own rows, and share no transaction', async () => {
  const { pool } = await open(10)
  const wrong: number[] = []
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const { rows } = await pool.query('select $1::int as mine, $2::text as text', [
        index,
        `text ${index}`,
      ])
      if (rows[0].mine !== index || rows[0].text !== `text ${index}`) wrong.push(index)
      if (index % 10) return
      const client = await pool.connect()
      await client.query('begin')
      await client.query('insert into marks values ($1)', [index])
      await client.query('rollback')
      client.release()
    }),
  )
  expect(wrong).toEqual([])
  expect((await pool.query('select from marks')).rowCount).toBe(0)
})

test('what a connection leaves open is rolled back when it closes', async () => {
  const { pool } = await open(2)
  const client = await pool.connect()
  await client.query('begin')
  await client.query('insert into marks values (1)')
  client.release(true)
  expect((await pool.query('select from marks')).rowCount).toBe(0)
})

test('a statement whose sender is gone before its turn is never run', async () => {
  const { directory, pool } = await open(2)
  const holder = await pool.connect()
  await holder.query('begin')
  const gone = connect(join(directory, '.s.PGSQL.5432'))
  // A question that needs no session, whose result says that the connection was accepted: an
  // SSLRequest (54.7).
  gone.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
  await once(gone, 'data')
  const text = Buffer.from('insert into marks values (7)\0')
  const head = Buffer.from([0x51, 0, 0, 0, text.length + 4])
  await new Promise<void>((resolve) => gone.write(Buffer.concat([head, text]), () => resolve()))
  const closed = new Promise((resolve) => gone.once('close', resolve))
  gone.destroy()
  await closed
  await holder.query('select 1')
  await holder.query('commit')
  holder.release()
  expect((await pool.query('select from marks')).rowCount).toBe(0)
})

test('settings of a guest such as pg_dump hold for the guest only', async () => {
  const directory = dataDirectory()
  const service = await createService(
    readConfig({ DATA_DIR: directory, PORT: '0' }),
    createLog('silent'),
  )
  onTestFinished(() => service.close())
  const guest = new pg.Client({ host: directory, user: 'postgres', database: 'postgres' })
  await guest.connect()
  await guest.query(`select pg_catalog.set_config('search_path', '', false)`)
  await guest.query(`set timezone = 'Pacific/Chatham'`)
  await guest.query('set default_transaction_read_only = on')
  await guest.query('set role pg_read_all_data')
  const shown = async (rows: (text: string) => Promise<readonly Record<string, string>[]>) => {
    const [row] = await rows(
      `select current_setting('search_path') as search_path,
        current_setting('timezone') as timezone,
        current_setting('default_transaction_read_only') as read_only, current_user::text as role`,
    )
    return Object.values(row ?? {})
  }
  const own = () => shown((text) => service.database.rows({ sql: text, values: [] }))
  expect(await own()).toEqual([
    expect.stringContaining('public'),
    expect.not.stringContaining('Chatham'),
    'off',
    'postgres',
  ])
  expect(await shown(async (text) => (await guest.query(text)).rows)).toEqual([
    '',
    'Pacific/Chatham',
    'on',
    'pg_read_all_data',
  ])
  expect((await own())[0]).toContain('public')
  // What is meant for one transaction is in it.
  await guest.query('begin read write')
  await guest.query(`set local search_path = public`)
  expect((await guest.query('select count(*)::int as count from tasks')).rows).toEqual([
    { count: 0 },
  ])
  await guest.query('commit')
  await guest.query('reset role')
  await guest.query('reset default_transaction_read_only')
  await guest.query('prepare kept as select 1')
  await guest.query('create temporary table kept (id int)')
  await guest.query('create temporary table tasks (id int)')
  expect(await service.database.rows({ sql: 'select user_id from tasks', values: [] })).toEqual([])
  await guest.query('select pg_advisory_lock(7)')
  await guest.end()
  const left = () =>
    service.database.rows({
      sql: `select (select count(*)::int
        from pg_prepared_statements) as statements, to_regclass('pg_temp.kept') as tables,
        (select count(*)::int from pg_locks where locktype = 'advisory') as locks`,
      values: [],
    })
  await expect.poll(left).toEqual([{ statements: 0, tables: null, locks: 0 }])
  await service.database.ping()
})

test('commands that would stop the server are refused or cut off', async () => {
  const directory = dataDirectory()
  const service = await createService(
    readConfig({ DATA_DIR: directory, PORT: '0' }),
    createLog('silent'),
  )
  onTestFinished(() => service.close())
  const guest = new pg.Client({ host: directory, user: 'postgres', database: 'postgres' })
  await guest.connect()
  onTestFinished(() => guest.end())
  await guest.query('create temporary table rows (id int)')
  for (const statement of [
    'copy rows from stdin',
    'COPY rows (id) FROM STDIN;',
    `set idle_in_transaction_session_timeout = '1s'`,
    `select set_config('transaction_timeout', '1s', false)`,
  ])
    await expect(guest.query(statement)).rejects.toThrow(
      'The embedded database takes no COPY FROM STDIN',
    )
  await guest.query('set idle_in_transaction_session_timeout = 0')
  expect((await guest.query('select count(*)::int as count from rows')).rows).toEqual([
    { count: 0 },
  ])
  const broken = connect(join(directory, '.s.PGSQL.5432'))
  const closed = new Promise((resolve) => broken.once('close', resolve))
  broken.write(Buffer.from([0x51, 0, 0, 0, 0]))
  await closed
  await service.database.ping()
})
