import pg from 'pg'
import type { Logger } from 'pino'
import { messageOf } from '../thrown.ts'
import { openBacklog } from './backlog.ts'
import { CannotOpen } from './cannot-open.ts'
import { connection, type Session } from './connection.ts'
import { migrate } from './migrate.ts'
import { types } from './parsers.ts'
import { openPipeline } from './pipeline.ts'
import { prepared } from './prepared.ts'
import { type Statement, sql } from './sql.ts'
import { isPlanOutdated, Unavailable, unavailable } from './unavailable.ts'

/**
 * Longest a statement may wait and run, and longest it is begun anew, in milliseconds; then the
 * answer is 503.
 */
const STATEMENT_LIMIT = 5_000

export interface DatabaseOptions {
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl: string | undefined
  /** Where `databaseUrl` is a pooler, which keeps no session: the database itself. */
  directDatabaseUrl: string | undefined
  dataDir: string
}

/** What runs statements: the database, or a transaction on it. */
export interface Statements {
  /**
   * Runs one statement. One that lost a race for a key was rolled back whole, and is run again,
   * when it sees the winner's row.
   * @throws {Unavailable} when the database does not answer, in time or at all
   */
  rows<Row>(statement: Statement): Promise<readonly Row[]>
}

export interface Database extends Statements {
  /**
   * Runs a statement that reads a page at most, in a pipeline where there is one: what is behind it
   * there waits for it.
   * @throws {Unavailable} as `rows`
   */
  read<Row>(statement: Statement): Promise<readonly Row[]>
  /**
   * Does several statements wholly or, where the work throws, not at all. The work is done again
   * where a statement lost a race.
   * @throws {Unavailable} as `rows`, for all of them together
   */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>
  /** @throws {Unavailable} */
  ping(): Promise<void>
  /** Whether all statements wait for one another, so that a long one is better done in parts. */
  isOneSession: boolean
  /**
   * Better Auth's connections: password hashing inside its transactions must not starve the tasks.
   */
  identityPool: pg.Pool
  /** How many statements run or wait. */
  statements(): number
  /** Whether the disk has room, as far as that is known; a server that is full says so itself. */
  hasRoom(): boolean
  /** Where it is, for a person; without user or password. */
  place: string
  close(): Promise<void>
}

/**
 * Starts the embedded database where no other is given, brings the tables up to date, and opens
 * both pools.
 */
export async function openDatabase(options: DatabaseOptions, log: Logger): Promise<Database> {
  // Its code is not read where it is not needed.
  const embedded =
    options.databaseUrl === undefined
      ? await (await import('./embedded/embedded.ts')).startEmbedded(options.dataDir, log)
      : undefined
  const url = options.databaseUrl ?? embedded?.url ?? ''
  const session: Session = embedded
    ? 'shared'
    : options.directDatabaseUrl === undefined
      ? 'own'
      : 'pooled'
  try {
    await migrate(options.directDatabaseUrl ?? url, log)
    embedded?.watch()
    const pool = openPool(
      { ...connection(url, session, STATEMENT_LIMIT), types, max: embedded ? 1 : 8 },
      log,
    )
    const identityPool = openPool(
      { ...connection(url, session, STATEMENT_LIMIT), max: embedded ? 1 : 4 },
      log,
    )
    // Better Auth only waits for its queries; the next user of the connection would wait behind
    // one that is late.
    identityPool.on('connect', giveUpWhenLate)
    const pipeline =
      session === 'own'
        ? openPipeline(
            { ...connection(url, session, STATEMENT_LIMIT), types },
            STATEMENT_LIMIT,
            lost(log),
          )
        : undefined
    // Whether the database is there is asked on a connection of its own: all others may wait for
    // one lock.
    const probe = embedded
      ? undefined
      : openPool({ ...connection(url, session, STATEMENT_LIMIT), max: 1 }, log)
    // One for each, because a lock that holds up writes says nothing of reads.
    const [backlog, backlogOfReads] = [openBacklog(), openBacklog()]

    const connected = <T>(use: (run: Statements['rows']) => Promise<T>): Promise<T> =>
      backlog.during(async () => {
        const deadline = performance.now() + STATEMENT_LIMIT
        let client: pg.PoolClient | undefined
        try {
          const mine = await pool.connect()
          client = mine
          const value = await use(async (statement) => {
            const query_timeout = deadline - performance.now()
            if (query_timeout <= 0) throw new Unavailable(`not done in ${STATEMENT_LIMIT} ms`)
            const query = { ...prepared(statement, session === 'own'), query_timeout }
            return (await mine.query(query)).rows
          })
          client.release()
          return value
        } catch (error) {
          client?.release(!isAnswer(error))
          throw unavailable(error)
        }
      })

    const rows = <Row>(statement: Statement): Promise<readonly Row[]> =>
      untilNoRaceIsLost(() => connected((run) => run<Row>(statement)))

    const transaction = <T>(work: (statements: Statements) => Promise<T>): Promise<T> =>
      untilNoRaceIsLost(async () => {
        const settle = await connected(async (run) => {
          await run(sql.unsafe`begin`)
          try {
            const value = await work({ rows: run })
            await run(sql.unsafe`commit`)
            return () => value
          } catch (error) {
            // Where even that fails, the connection is given up, and the server undoes all.
            await run(sql.unsafe`rollback`)
            // Its own reason to undo everything says nothing against the connection.
            return () => {
              throw unavailable(error)
            }
          }
        })
        return settle()
      })

    return {
      rows,
      read: pipeline
        ? <Row>(statement: Statement) =>
            backlogOfReads.during(async () => {
              try {
                return await pipeline.rows<Row>(statement)
              } catch (error) {
                throw unavailable(error)
              }
            })
        : rows,
      transaction,
      ping: shared(async () => {
        const missing = probe ? probe.query(PING.sql).then((answer) => answer.rows) : rows(PING)
        const names = await missing.catch((error: Error) => {
          throw new Unavailable(error.message, { cause: error })
        })
        if (names.length > 0) throw new Unavailable('the database does not have the tables')
      }),
      isOneSession: embedded !== undefined,
      identityPool,
      hasRoom: () => embedded?.hasRoom() ?? true,
      statements: () => backlog.size() + backlogOfReads.size(),
      place: embedded ? `embedded, in ${options.dataDir}` : new URL(url).host,
      async close() {
        await Promise.all([pipeline?.close(), probe?.end(), pool.end(), identityPool.end()])
        await embedded?.close()
      },
    }
  } catch (error) {
    await embedded?.close()
    throw options.databaseUrl === undefined || error instanceof CannotOpen
      ? error
      : new CannotOpen(
          `The database at ${new URL(url).host} cannot be used ` +
            `(${messageOf(error)}); see DATABASE_URL`,
          { cause: error },
        )
  }
}

/**
 * What lost a race was rolled back whole, so it may be done again; in the next attempt it sees what
 * the winner did.
 */
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

/** Who asks while an answer is on its way gets that answer. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined
    })
    return pending
  }
}

/** unique_violation, deadlock_detected (PostgreSQL, appendix A). */
function hasLostRace(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ['23505', '40P01'].includes(error.code ?? '')
}

/**
 * Whether the server itself refused a statement, after which the connection is as good as before.
 */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !isPlanOutdated(error)
}

// A table of each migration that made some, asked for by name, which waits for no lock: those who
// need the locked one are told so themselves.
const PING = sql.unsafe`select name from unnest(array['session', 'tasks', 'idempotency_keys',
  'purged_tasks']) name where to_regclass(name) is null`

function openPool(config: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    connectionTimeoutMillis: STATEMENT_LIMIT,
    query_timeout: STATEMENT_LIMIT,
    idleTimeoutMillis: 0,
    keepAlive: true,
  })
  const report = lost(log)
  pool.on('error', report)
  // A connection lost while a client is checked out is told to the client, not to the pool;
  // unheard, it ends the process.
  pool.on('connect', (client) => void client.on('error', report))
  return pool
}

function lost(log: Logger): (error: Error) => void {
  return (error) => log.warn({ reason: error.message }, 'a connection to the database was lost')
}

function giveUpWhenLate(client: pg.PoolClient): void {
  client.query = new Proxy(client.query, {
    apply(query, self, parameters) {
      const result: unknown = Reflect.apply(query, self, parameters)
      if (result instanceof Promise) {
        result.catch((error: Error) => {
          if (error.message === 'Query read timeout') client.connection.stream.destroy()
        })
      }
      return result
    },
  })
}
