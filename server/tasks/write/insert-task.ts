import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Computed } from '../../resource/fields.ts'
import type { IdempotencyKey } from '../../resource/idempotency/idempotency.ts'
import type { CreateResult } from '../../resource/result.ts'
import { insertResource } from '../../resource/write/insert.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { dueViolation, listViolation, placeViolation, tasks, underParent } from '../fields.ts'
import { parentOfNew } from './tree.ts'

type Schemas = components['schemas']

const NO_LEVELS = sql.fragment`0`

/** The series that a task belongs to, and its time; see `Recurring` in `rules/series.ts`. */
export interface Series {
  id: string
  time: string | null
}

const ownSeries = (id: string, { recurrence }: Pick<Schemas['TaskCreate'], 'recurrence'>) =>
  recurrence ? { id, time: null } : undefined

const columnsOf = (series: Series | undefined): Computed =>
  series
    ? {
        series_id: sql.fragment`${series.id}::uuid`,
        series_time: sql.fragment`${series.time}::time`,
      }
    : {}

/** Creates a task at the bottom of the manual order; a subtask in the list of its parent. */
export function insertTask(
  database: Statements,
  caller: Caller,
  id: string,
  content: Omit<Schemas['TaskCreate'], 'id'>,
  key: IdempotencyKey | undefined,
  quota: Quota,
  series: Series | undefined = ownSeries(id, content),
): Promise<CreateResult<Schemas['Task']> | undefined> {
  const { list_id, parent_id } = content
  // A statement has only what it needs: each subselect takes time, also where it is not run.
  if (parent_id == null) {
    const violation =
      list_id == null
        ? dueViolation
        : sql.fragment`coalesce(${listViolation(caller, 'draft')}, ${dueViolation})`
    const computed = { ...columnsOf(series), level: sql.fragment`1` }
    const creation = { id, content, violation, computed }
    return insertResource(database, caller, tasks, creation, key, quota)
  }
  const { level, ...inherited } = underParent(caller, sql.fragment`${parent_id}::uuid`)
  const subtask = {
    id,
    content,
    violation: sql.fragment`
      coalesce(${placeViolation(caller, 'draft', NO_LEVELS)}, ${dueViolation})`,
    computed: { ...columnsOf(series), ...(list_id === undefined ? inherited : {}), level },
    members: [parentOfNew],
  }
  return insertResource(database, caller, tasks, subtask, key, quota)
}
