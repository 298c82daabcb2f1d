import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { Writable } from 'node:stream'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { readConfig } from '../config.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { startEmbedded } from '../database/embedded/embedded.ts'
import { portOf } from '../http/transport/port.ts'
import { httpServer } from '../http/transport/server.ts'
import { createLog } from '../log.ts'
import { createService } from '../service.ts'
import { copyDirectory, databaseAt } from './template.ts'

/**
 * The servers whose responses are ours. Of one with handlers that a test put in only a 500 is;
 * a proxy, or whatever else listens in a test, is not here at all.
 */
export const servers = new WeakMap<object, 'real' | 'with fakes'>()

export interface TestService {
  url: string
  secret: string
  database: Database
  /** Undefined where the database is inside the service. */
  databaseUrl: string | undefined
  directDatabaseUrl: string | undefined
  /** The lines of the log, as it wrote them. */
  log: string[]
  /** The database is gone from here on; only for a service started with `losable`. */
  loseDatabase(): Promise<void>
  /**
   * Every connection to the database is cut, and it can be reached again at once; only for a
   * service started with `losable`.
   */
  cutConnections(): Promise<void>
  close(): Promise<void>
}

/**
 * The real app on a real database of its own and a free port. Closes itself when the test that
 * started it is over, unless `keep` is set: then who started it closes it.
 */
export async function startService({
  environment = {},
  replace,
  keep = false,
  losable = false,
}: {
  environment?: Record<string, string>
  replace?: (handlers: Handlers) => Handlers
  keep?: boolean
  losable?: boolean
} = {}): Promise<TestService> {
  const secret = randomBytes(32).toString('base64url')
  const { variables, drop, lose, cut } = await copyDatabase(losable)
  const config = readConfig({
    BETTER_AUTH_SECRET: secret,
    RATE_LIMIT: 'off',
    // Cheap password hashes; production refuses them.
    ...(environment.NODE_ENV === 'production' ? {} : { PASSWORD_COST: '6' }),
    PORT: '0',
    ...variables,
    ...environment,
  })
  const lines: string[] = []
  const log = createLog(
    config.logLevel,
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const service = await createService(config, log, replace)
  const server = httpServer(service.app, log)
  servers.set(server, replace ? 'with fakes' : 'real')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await service.close()
    await drop()
  }
  if (!keep) onTestFinished(close)
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    secret: config.secret,
    database: service.database,
    databaseUrl: config.databaseUrl,
    directDatabaseUrl: config.directDatabaseUrl,
    log: lines,
    loseDatabase: lose,
    cutConnections: cut,
    close,
  }
}

interface DatabaseCopy {
  variables: Record<string, string>
  lose(): Promise<void>
  cut(): Promise<void>
  drop(): Promise<void>
}

/** A database with the tables and nothing in them, and the variables that lead a server to it. */
export async function copyDatabase(losable: boolean): Promise<DatabaseCopy> {
  const template = inject('template')
  if ('directory' in template) {
    const directory = copyDirectory(template.directory)
    const remove = async () => rmSync(directory, { recursive: true, force: true })
    if (!losable)
      return {
        variables: { DATA_DIR: directory },
        lose: async () => {},
        cut: async () => {},
        drop: remove,
      }
    let embedded = await startEmbedded(directory)
    const cut = async () => {
      await embedded.close()
      embedded = await startEmbedded(directory)
    }
    const drop = async () => {
      await embedded.close().catch(() => {})
      await remove()
    }
    // One session for all its connections, as behind a pooler.
    return {
      variables: { DATABASE_URL: embedded.url, DIRECT_DATABASE_URL: embedded.url },
      lose: () => embedded.close(),
      cut,
      drop,
    }
  }
  const name = `docket_test_${randomBytes(6).toString('hex')}`
  await administer(template.url, `create database ${name} template ${template.name}`)
  const drop = () => administer(template.url, `drop database if exists ${name} with (force)`)
  const cut = () =>
    administer(
      template.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    )
  return { variables: { DATABASE_URL: databaseAt(template.url, name) }, lose: drop, cut, drop }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
