import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type { Logger } from 'pino'
import { connection } from './connection.ts'

/** Brings the tables up to date, one process at a time under an advisory lock. */
export async function migrate(url: string, log: Logger): Promise<void> {
  const applied = await runner({
    databaseUrl: connection(url, 'own'),
    dir: fileURLToPath(new URL('migrations', import.meta.url)),
    direction: 'up',
    migrationsTable: 'migrations',
    checkOrder: true,
    // Its default is to fail where another process migrates at the same time.
    advisoryLockMode: 'wait',
    // What fails is thrown too, and said once by who catches it.
    logger: { info: () => {}, warn: (text) => log.warn(text), error: (text) => log.debug(text) },
  })
  if (applied.length > 0) log.info({ applied: applied.map(({ name }) => name) }, 'migrated')
}
