import type { components } from '../../../sdk/contract.gen.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { IdempotencyKey } from '../../resource/idempotency.ts'
import { columns } from '../fields.ts'
import type { RuleViolation } from '../rule-violation.ts'

type Task = components['schemas']['Task']

/**
 * The result of a write. `replayed`: it was done before under this key, with this status, and left
 * the task like this.
 */
export type WriteResult =
  | { outcome: 'key_reused' }
  | { outcome: 'refused'; violation: RuleViolation }
  | { outcome: 'done'; status: number; task: Task }
  | { outcome: 'replayed'; status: number; task: Task }
export type CreateResult = WriteResult | { outcome: 'taken' }
export type ChangeResult = WriteResult | { outcome: 'missing' } | { outcome: 'stale'; task: Task }

export type ResultRow<Result extends { outcome: string }> = Task & {
  outcome: Result['outcome']
  status: number
  violation: RuleViolation | null
}

/** Everything the row says; the outcome says which of it is there. */
export function resultOf<Result extends { outcome: string }>({
  outcome,
  status,
  violation,
  ...task
}: ResultRow<Result>): Result {
  const result: object = { outcome, status, violation, task }
  return result as Result
}

/** The rows `replayed`: the task of the `earlier` response. */
export function replayedTask(key: IdempotencyKey | undefined): Fragment {
  return key
    ? sql.fragment`
    replayed as (
      select ${columns}
      from earlier
      cross join lateral json_populate_record(null::tasks, response) as tasks
      where response is not null
    )`
    : sql.fragment`
    replayed as (select ${columns} from tasks where false)`
}

/** The first cases of every outcome: an earlier response comes before everything else. */
export const earlierOutcome = sql.fragment`
        when earlier.is_same then 'replayed'
        when not earlier.is_same then 'key_reused'`
