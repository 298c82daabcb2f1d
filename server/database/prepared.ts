import type pg from 'pg'
import type { Statement } from './sql.ts'

/**
 * Maximum number of statements that get a name: each uses memory on every connection. The first
 * statements that arrive are also the most frequent ones.
 */
const LIMIT = 300

const kept = new Map<string, { name: string; text: string }>()

/**
 * A statement as `pg` takes it and, where its plan may be kept, with a name, under which it is
 * parsed and planned once a connection.
 *
 * @param mayKeep whether the connection has a session to itself
 */
export function prepared(
  { sql, values, isPlannedAnew }: Statement,
  mayKeep: boolean,
): pg.QueryConfig {
  const known = kept.get(sql)
  if (known && mayKeep) return { ...known, values: [...values] }
  // slonik's tag writes $slonik_1 where PostgreSQL reads $1.
  const text = sql.replaceAll('$slonik_', '$')
  if (!mayKeep || isPlannedAnew || kept.size >= LIMIT) return { text, values: [...values] }
  const named = { name: `docket_${kept.size}`, text }
  kept.set(sql, named)
  return { ...named, values: [...values] }
}
