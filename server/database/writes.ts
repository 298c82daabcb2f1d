import { codeOf } from '../thrown.ts'
import type { Backlog } from './backlog.ts'
import type { Database, Statements } from './database.ts'
import type { Pipeline } from './pipeline.ts'
import { type Statement, sql } from './sql.ts'
import { openTurns } from './turns.ts'
import { unavailable } from './unavailable.ts'

/**
 * Errors after which a write runs again while it holds the version: lock_not_available, and
 * foreign_key_violation, where its user was deleted meanwhile (PostgreSQL, appendix A).
 */
const OVERTAKEN: unknown[] = ['55P03', '23503']

type WriteRow = { is_outdated: boolean }

/**
 * The writes of each user, one after the other. Where there is a pipeline, they share a connection:
 * each statement begins when the one before it has ended, so that they do not wait for each other's
 * locks. One that another process overtakes runs again behind those that came later. Several
 * statements in one transaction have the version of the user for themselves.
 *
 * @param rows runs a statement on a connection of its own
 * @param attempt runs it in the pipeline, and again where it lost a race
 * @param transaction runs statements in a transaction, the first of which locks the version
 */
export function openWrites({
  rows,
  pipeline,
  attempt,
  backlog,
  transaction,
}: {
  rows: Statements['rows']
  pipeline: Pipeline | undefined
  attempt: <T>(work: () => Promise<T>) => Promise<T>
  backlog: Backlog
  transaction: <T>(first: Statement, work: (statements: Statements) => Promise<T>) => Promise<T>
}): Pick<Database, 'write' | 'transaction'> {
  const turns = openTurns()
  const locked = <T>(userId: string, work: (statements: Statements) => Promise<T>) =>
    turns.exclusive(userId, () => transaction(lockOf(userId), work))

  /** Undefined where the version of the user is locked, or was taken since the snapshot. */
  async function tryWrite<Row extends WriteRow>(userId: string, statement: Statement) {
    const done = pipeline
      ? backlog.during(() => attempt(() => pipeline.rows<Row>(statement, userId)))
      : rows<Row>(statement)
    const found = await done.catch((error: unknown) => {
      if (OVERTAKEN.includes(codeOf(error))) return undefined
      throw unavailable(error)
    })
    return found?.[0]?.is_outdated ? undefined : found
  }

  return {
    async write<Row extends WriteRow>(userId: string, statement: Statement) {
      if (statement.isLong) return locked(userId, ({ rows }) => rows<Row>(statement))
      const inTurn = pipeline ? turns.shared : turns.exclusive
      const written = await inTurn(userId, () => tryWrite<Row>(userId, statement))
      return written ?? locked(userId, (statements) => statements.rows<Row>(statement))
    },
    transaction: locked,
  }
}

/**
 * The version row of a user, until the transaction ends. Every write takes a version, so that no
 * write of this user comes in between.
 */
const lockOf = (userId: string) => sql.unsafe`
  select
  from user_versions
  where user_id = ${userId}::uuid
  for no key update`
