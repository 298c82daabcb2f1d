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
import { openWrites } from './writes.ts'

/**
 * Maximum time that a statement may wait and run, and during which it may be retried, in
 * milliseconds. After that the response is 503.
 */
const STATEMENT_LIMIT = 5_000

const READ_CONNECTIONS = 2
/** The writes of one user share one of them, in their order. */
const WRITE_CONNECTIONS = 4
/**
 * Longest that a write waits for a lock where writes of other users are behind it. Only another
 * process holds one; after that the write waits on a connection of its own.
 */
const LOCK_LIMIT_MS = 100

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
  /**
   * Runs a statement that writes what belongs to a user, and takes a version of that user for it.
   * The writes of one user wait for each other in this process. Where another process wrote
   * meanwhile, the row says `is_outdated`: nothing is written, and the statement runs again while
   * the version of the user is locked.
   * @throws {Unavailable} as `rows`
   */
  write<Row extends { is_outdated: boolean }>(
    userId: string,
    statement: Statement,
  ): Promise<readonly Row[]>
}

export interface Database extends Statements {
  /**
   * Runs a statement that reads at most one page, in a pipeline if there is one. The statements
   * behind it in the pipeline wait for it.
   * @throws {Unavailable} as `rows`
   */
  read<Row>(statement: Statement): Promise<readonly Row[]>
  /**
   * Does several statements wholly or, where the work throws, not at all, while no other request
   * writes what belongs to the user. The work is done again where a statement lost a race.
   * @throws {Unavailable} as `rows`, for all of them together
   */
  transaction<T>(userId: string, work: (statements: Statements) => Promise<T>): Promise<T>
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
  // The code of the embedded database is loaded only when it is used.
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
      { ...connection(url, session, STATEMENT_LIMIT), types, max: embedded ? 1 : 6 },
      log,
    )
    const identityPool = openPool(
      { ...connection(url, session, STATEMENT_LIMIT), max: embedded ? 1 : 4 },
      log,
    )
    // Better Auth only stops waiting for a late query. The next user of the connection would still
    // have to wait for that query.
    identityPool.on('connect', destroyOnQueryTimeout)
    const pipelined = (connections: number, settings: pg.ClientConfig) =>
      session === 'own'
        ? openPipeline(
            { ...connection(url, session, STATEMENT_LIMIT), types, ...settings },
            connections,
            STATEMENT_LIMIT,
            lost(log),
          )
        : undefined
    const reads = pipelined(READ_CONNECTIONS, {})
    const writes = pipelined(WRITE_CONNECTIONS, { lock_timeout: LOCK_LIMIT_MS })
    // The health check has its own connection, because all others may be waiting for one lock.
    const probe = embedded
      ? undefined
      : openPool({ ...connection(url, session, STATEMENT_LIMIT), max: 1 }, log)
    // A separate backlog for reads, because a lock that blocks writes says nothing about reads.
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
          client?.release(!isRefusal(error))
          throw unavailable(error)
        }
      })

    const rows = <Row>(statement: Statement): Promise<readonly Row[]> =>
      retryOnConflict(() => connected((run) => run<Row>(statement)))

    const transaction = <T>(
      first: Statement,
      work: (statements: Statements) => Promise<T>,
    ): Promise<T> =>
      retryOnConflict(async () => {
        const settle = await connected(async (run) => {
          await run(sql.unsafe`begin`)
          try {
            await run(first)
            const value = await work({ rows: run, write: (_, statement) => run(statement) })
            await run(sql.unsafe`commit`)
            return () => value
          } catch (error) {
            // If the rollback fails too, the connection is closed, and the database server rolls
            // back.
            await run(sql.unsafe`rollback`)
            // An error from `work` does not mean that the connection is broken.
            return () => {
              throw unavailable(error)
            }
          }
        })
        return settle()
      })

    return {
      rows,
      ...openWrites({ rows, pipeline: writes, attempt: retryOnConflict, backlog, transaction }),
      read: reads
        ? <Row>(statement: Statement) =>
            backlogOfReads.during(async () => {
              try {
                return await reads.rows<Row>(statement)
              } catch (error) {
                throw unavailable(error)
              }
            })
        : rows,
      ping: shared(async () => {
        const missing = probe ? probe.query(PING.sql).then((result) => result.rows) : rows(PING)
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
        await Promise.all([
          reads?.close(),
          writes?.close(),
          probe?.end(),
          pool.end(),
          identityPool.end(),
        ])
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
 * A statement that lost a race was rolled back completely, so it can be run again. The next attempt
 * sees the changes of the winner.
 */
async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + STATEMENT_LIMIT
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isConflict(error)) throw error
      if (Date.now() > deadline) throw new Unavailable('it lost every race', { cause: error })
    }
  }
}

/** Calls that come while one is under way share its result. */
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
function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ['23505', '40P01'].includes(error.code ?? '')
}

/**
 * Whether the server itself refused a statement, after which the connection is as good as before.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' && !isPlanOutdated(error)
}

// Looks up one table of each migration that created tables, by name, which waits for no lock. A
// statement that needs a locked table reports that itself.
const PING = sql.unsafe`select name from unnest(array['session', 'tasks', 'idempotency_keys',
  'tombstones', 'lists']) name where to_regclass(name) is null`

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
  // If a connection is lost while its client is checked out, the client emits the error, not the
  // pool. Without a listener, that error ends the process.
  pool.on('connect', (client) => void client.on('error', report))
  return pool
}

function lost(log: Logger): (error: Error) => void {
  return (error) => log.warn({ reason: error.message }, 'a connection to the database was lost')
}

function destroyOnQueryTimeout(client: pg.PoolClient): void {
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
