import { codeOf } from '../thrown.ts'
/** The database does not answer: a 503, never a caller's fault. */
export class Unavailable extends Error {}

/**
 * SQLSTATE classes of a database that is shutting down, full or unreachable: connection, database
 * name, resources, operator intervention. Also the codes of a read-only copy, of a transaction that
 * was idle for too long, of a statement that lost its name, and of a lock that is not available.
 */
const PASSING = /^(08|3D|53|57|25006$|25P03$|26000$|55P03$)/
const NETWORK = /^(E[A-Z]+)$/

/**
 * Turns an error that says "the database is away" into `Unavailable`; any other stays what it is.
 */
export function unavailable(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = codeOf(at)
    if (at instanceof Unavailable) return at
    const isAway =
      isPlanOutdated(at) ||
      (typeof code === 'string' && (PASSING.test(code) || NETWORK.test(code))) ||
      /timeout|connection terminated|not queryable|after calling end/i.test(at.message)
    if (isAway) return new Unavailable(at.message, { cause: error })
  }
  return error
}

/**
 * Another process has changed the tables since the connection planned the statement. The connection
 * would refuse this statement from now on.
 */
export function isPlanOutdated(error: unknown): boolean {
  return (
    error instanceof Error && codeOf(error) === '0A000' && error.message.includes('cached plan')
  )
}
