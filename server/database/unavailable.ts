import { BackendTerminatedError, BackendTerminatedUnexpectedlyError, ConnectionError } from 'slonik'

/** The database does not answer: a 503, never a caller's fault. */
export class Unavailable extends Error {}

/** SQLSTATE classes of a server that is going, full or not there: connection, database name, resources, operator intervention. */
const PASSING = /^(08|3D|53|57)/
const NETWORK = /^(E[A-Z]+)$/

/** Turns an error that says "the database is away" into `Unavailable`; any other stays what it is. */
export function unavailable(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as { code?: unknown }).code
    const lost = at instanceof ConnectionError || at instanceof BackendTerminatedError || at instanceof BackendTerminatedUnexpectedlyError
    if (at instanceof Unavailable) return at
    if (lost || (typeof code === 'string' && (PASSING.test(code) || NETWORK.test(code))) || /timeout|connection terminated|not queryable/i.test(at.message)) {
      return new Unavailable(at.message, { cause: error })
    }
  }
  return error
}
