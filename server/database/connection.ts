import type { ClientConfig } from 'pg'

/**
 * Whether a connection has a session to itself, or one with others: behind a pooler each
 * transaction may get another, and the embedded database has only one.
 */
export type Session = 'own' | 'pooled' | 'shared'

/**
 * The `application_name` of the server's own connections, in `pg_stat_activity` and for the
 * embedded database.
 */
export const OWN_NAME = 'docket'

/**
 * A connection of `pg`. `sslmode=require` verifies the certificate, `no-verify` does not.
 *
 * @param statementLimit milliseconds after which the server gives up a statement, or a transaction
 *   that no client goes on with; behind a pooler, which takes
 *   no such parameters, the role has to have it
 */
export function connection(url: string, session: Session, statementLimit?: number): ClientConfig {
  const address = new URL(url)
  const sslMode = address.searchParams.get('sslmode')
  address.searchParams.delete('sslmode')
  const ssl =
    sslMode === 'require'
      ? { ssl: true }
      : sslMode === 'no-verify'
        ? { ssl: { rejectUnauthorized: false } }
        : {}
  const limits =
    session === 'own' && statementLimit !== undefined
      ? {
          statement_timeout: statementLimit,
          idle_in_transaction_session_timeout: statementLimit,
          options: '-c timezone=UTC',
        }
      : {}
  return { connectionString: address.href, application_name: OWN_NAME, ...ssl, ...limits }
}
