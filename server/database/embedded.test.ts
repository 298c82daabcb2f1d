import { connect } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { dataDirectory } from '../testing/process.ts'
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

test("ten connections at once read their own rows, and a transaction is nobody else's", async () => {
  const { pool } = await open(10)
  const wrong: number[] = []
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const { rows } = await pool.query('select $1::int as mine, $2::text as text', [index, `text ${index}`])
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

test('what a connection leaves open when it goes is rolled back, and the next one gets its turn', async () => {
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
