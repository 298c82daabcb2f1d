import { createSqlTag, type QuerySqlToken } from '@slonik/sql-tag'

export const sql = createSqlTag()
export type Fragment = ReturnType<typeof sql.fragment>

/**
 * A statement with its values beside it. `isPlannedAnew`: the best plan depends on the values, so
 * no plan is kept. `isLong`: it writes many rows, and nothing may wait behind it.
 */
export type Statement = Pick<QuerySqlToken, 'sql' | 'values'> & {
  isPlannedAnew?: boolean
  isLong?: boolean
}
