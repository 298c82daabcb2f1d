import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import type { Logger } from 'pino'
import { CannotOpen } from './cannot-open.ts'
import { connection } from './connection.ts'

const dir = fileURLToPath(new URL('migrations', import.meta.url))

/**
 * Brings the tables up to date, one process at a time under an advisory lock.
 *
 * @throws {CannotOpen} where a newer Docket has changed the tables
 */
export async function migrate(url: string, log: Logger): Promise<void> {
  const client = new pg.Client(connection(url, 'own'))
  await client.connect()
  try {
    await client.query(WITHOUT_LIMITS)
    await refuseNewerTables(client)
    const applied = await runner({
      dbClient: client,
      dir,
      direction: 'up',
      migrationsTable: 'migrations',
      checkOrder: true,
      // Its default is to fail where another process migrates at the same time.
      advisoryLockMode: 'wait',
      // An error is also thrown, and is logged once by the code that catches it.
      logger: { info: () => {}, warn: (text) => log.warn(text), error: (text) => log.debug(text) },
    })
    if (applied.length > 0) log.info({ applied: applied.map(({ name }) => name) }, 'migrated')
  } finally {
    await client.end()
  }
}

/**
 * The role's time limits for the statements of requests would abort the migration of a large table.
 * `transaction_timeout` exists since PostgreSQL 17.
 */
const WITHOUT_LIMITS = `
  select set_config(name, '0', false) from pg_settings
  where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
  'transaction_timeout')`

async function refuseNewerTables(client: pg.Client): Promise<void> {
  const { rows: tables } = await client.query<{ exists: boolean }>(
    `select to_regclass('migrations') is not null as exists`,
  )
  if (!tables[0]?.exists) return
  const known = new Set(readdirSync(dir).map((file) => file.replace(/\.sql$/, '')))
  const { rows } = await client.query<{ name: string }>('select name from migrations order by id')
  const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new CannotOpen(
      `The tables were changed by a newer Docket (${unknown.join(', ')}), which this version ` +
        'does not know; start that version, or restore a backup that is older',
    )
}
