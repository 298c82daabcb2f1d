import type { ClientConfig } from 'pg'

/** A connection of `pg`, with the meaning of `sslmode` that slonik has: `require` verifies, `no-verify` does not. */
export function connection(url: string): ClientConfig {
  const address = new URL(url)
  const sslMode = address.searchParams.get('sslmode')
  address.searchParams.delete('sslmode')
  const ssl = sslMode === 'require' ? { ssl: true } : sslMode === 'no-verify' ? { ssl: { rejectUnauthorized: false } } : {}
  return { connectionString: address.href, ...ssl }
}
