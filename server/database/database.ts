import type { Socket } from 'node:net'
import pg from 'pg'
import type { Logger } from 'pino'
import { createPool, createTypeParserPreset, type DatabasePool, type DatabasePoolConnection, type QuerySqlToken, SlonikError, sql } from 'slonik'
import { CannotOpen } from './cannot-open.ts'
import { connection } from './connection.ts'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { Unavailable, unavailable } from './unavailable.ts'

/** Longest a statement may take, and longest it is begun anew, in milliseconds; then the answer is 503. */
const STATEMENT_LIMIT = 5_000
/** Most statements that run or wait at once; one more is refused, because a queue that grows only makes everybody late. */
const QUEUE_LIMIT = 500

export interface DatabaseOptions {
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl: string | undefined
  directDatabaseUrl: string | undefined
  dataDir: string
}

/** What runs statements: the database, or a transaction on it. */
export interface Statements {
  /**
   * Runs one statement. One that lost a race for a key was rolled back whole, and is run again, when it sees the winner's row.
   * @throws {Unavailable} when the database does not answer, in time or at all
   */
  rows<Row>(statement: QuerySqlToken): Promise<readonly Row[]>
}

export interface Database extends Statements {
  /**
   * Does several statements wholly or, where the work throws, not at all. The work is done again where a statement lost a race.
   * @throws {Unavailable} as `rows`, for all of them together
   */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>
  /** @throws {Unavailable} */
  ping(): Promise<void>
  /** Better Auth's connections: password hashing inside its transactions must not starve the tasks. */
  identityPool: pg.Pool
  /** How many statements run or wait. */
  statements(): number
  /** Where it is, for a person; without user or password. */
  place: string
  close(): Promise<void>
}

/** Starts the embedded database where no other is given, brings the tables up to date, and opens both pools. */
export async function openDatabase(options: DatabaseOptions, log: Logger): Promise<Database> {
  const embedded = options.databaseUrl === undefined ? await startEmbedded(options.dataDir) : undefined
  const url = options.databaseUrl ?? (embedded?.url as string)
  try {
    await migrate(options.directDatabaseUrl ?? url, log)
    const identityPool = openIdentityPool(url, embedded ? 1 : 4, log)
    const pool = await openTaskPool(url, embedded ? 1 : 8)
    let running = 0

    const connected = async <T>(use: (connection: DatabasePoolConnection) => Promise<T>): Promise<T> => {
      if (running >= QUEUE_LIMIT) throw new Unavailable('too many statements are waiting')
      running += 1
      let abandoned = false
      const work = pool
        .connect(async (connection) => {
          // What its caller was told 503 for while it waited must not run after that.
          if (abandoned) return undefined as never
          // What is late throws inside `connect`, which makes slonik give the connection up: it may be dead.
          return inTime(use(connection))
        })
        .finally(() => {
          running -= 1
        })
      try {
        return await inTime(work)
      } catch (error) {
        abandoned = true
        throw unavailable(error)
      }
    }

    const rows = <Row>(statement: QuerySqlToken): Promise<readonly Row[]> =>
      untilNoRaceIsLost(() => connected((connection) => connection.any(statement) as Promise<readonly Row[]>))

    const transaction = <T>(work: (statements: Statements) => Promise<T>): Promise<T> =>
      untilNoRaceIsLost(async () => {
        const settle = await connected((connection) =>
          connection
            .transaction((within) => work({ rows: async (statement) => (await within.any(statement)) as never }))
            .then(
              (value) => () => value,
              (error: unknown) => {
                if (error instanceof SlonikError) throw error
                // Its own reason to undo everything says nothing against the connection.
                return () => {
                  throw error
                }
              },
            ),
        )
        return settle()
      })

    return {
      rows,
      transaction,
      async ping() {
        await rows(PING).catch((error: Error) => {
          throw new Unavailable(error.message, { cause: error })
        })
      },
      identityPool,
      statements: () => running,
      place: embedded ? `embedded, in ${options.dataDir}` : new URL(url).host,
      async close() {
        await Promise.all([pool.end(), identityPool.end()])
        await embedded?.close()
      },
    }
  } catch (error) {
    await embedded?.close()
    throw options.databaseUrl === undefined
      ? error
      : new CannotOpen(`The database at ${new URL(url).host} cannot be used (${(error as Error).message}); see DATABASE_URL`, { cause: error })
  }
}

/** What lost a race was rolled back whole, so it may be done again; in the next attempt it sees what the winner did. */
async function untilNoRaceIsLost<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + STATEMENT_LIMIT
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!hasLostRace(error)) throw error
      if (Date.now() > deadline) throw new Unavailable('it lost every race', { cause: error })
    }
  }
}

/** unique_violation, deadlock_detected (PostgreSQL, appendix A). */
function hasLostRace(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (['23505', '40P01'].includes((at as { code?: string }).code ?? '')) return true
  return false
}

// Names a table of each migration, so that a database without them is not ready.
const PING = sql.unsafe`select from session, tasks, idempotency_keys, purged_tasks limit 0`

function openTaskPool(url: string, size: number): Promise<DatabasePool> {
  return createPool(url, {
    maxPoolSize: size,
    idleTimeout: 'DISABLE_TIMEOUT',
    // Start-up parameters do not pass a transaction-mode pooler; the limit is kept on this side.
    statementTimeout: 'DISABLE_TIMEOUT',
    idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
    // The default, DISCARD ALL after every statement, halves throughput; nothing here leaves session state.
    resetConnection: async () => {},
    // A statement that was sent may have committed; repeating it is for the caller to decide.
    queryRetryLimit: 0,
    typeParsers: [...createTypeParserPreset().filter(({ name }) => name !== 'timestamptz'), { name: 'timestamptz', parse: toIso }],
  })
}

function openIdentityPool(url: string, max: number, log: Logger): pg.Pool {
  const pool = new pg.Pool({ ...connection(url), max, keepAlive: true, connectionTimeoutMillis: STATEMENT_LIMIT, query_timeout: STATEMENT_LIMIT })
  const report = (error: Error) => log.warn({ reason: error.message }, 'an identity connection was lost')
  pool.on('error', report)
  // A connection lost while a client is checked out is told to the client, not to the pool; unheard, it ends the process.
  pool.on('connect', (client) => {
    client.on('error', report)
    giveUpWhenLate(client)
  })
  return pool
}

/** pg only abandons a late query; the next user of the connection would wait behind it. */
function giveUpWhenLate(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown
  client.query = ((...parameters: unknown[]) => {
    const result = query(...parameters)
    if (result instanceof Promise) {
      result.catch((error: Error) => {
        if (error.message === 'Query read timeout') (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
      })
    }
    return result
  }) as typeof client.query
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unavailable(`no answer in ${STATEMENT_LIMIT} ms`)), STATEMENT_LIMIT)
  })
  work.catch(() => {})
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** `2026-11-21 09:30:00.12+00` -> `2026-11-21T09:30:00.120Z`, whatever the session's time zone; long ago some had offsets with seconds. */
function toIso(text: string): string {
  const [, local = '', sign, hours, minutes = '0', seconds = '0'] = /^(.+)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? []
  const offset = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return new Date(Date.parse(`${local.replace(' ', 'T')}Z`) - Number(`${sign}1`) * offset * 1_000).toISOString()
}
