import { sql } from '../database/sql.ts'
import type { InFeed } from '../resource/fields.ts'
import { COMMON_RULES } from '../resource/rule-violation.ts'

/** The columns of a label that was given a color. */
const COLUMNS = ['user_id', 'id', 'version', 'name', 'key', 'color', 'created_at', 'updated_at']

/**
 * The colors of labels. A label has neither a place in an order nor a trash: it is there as long
 * as a task has it or it has a color.
 */
export const labels = {
  type: 'label',
  name: 'labels',
  table: sql.fragment`labels`,
  columns: sql.fragment`${sql.join(
    COLUMNS.map((name) => sql.fragment`${sql.identifier(['labels', name])}`),
    sql.fragment`, `,
  )}`,
  output: sql.fragment`
    id, user_id, name, color, created_at, updated_at, '"' || version || '"' as etag`,
  json: sql.fragment`
    id, user_id, name, color,
    utc_text(created_at) as created_at,
    utc_text(updated_at) as updated_at,
    '"' || version || '"' as etag`,
  rules: COMMON_RULES,
} satisfies InFeed & Record<string, unknown>
