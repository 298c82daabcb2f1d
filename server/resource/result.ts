import type { RuleViolation } from './rule-violation.ts'

/**
 * The result of a write. `replayed`: it was done before under this key, and `value` is the body of
 * the response then, null where it had none.
 */
export type WriteResult<Value> =
  | { outcome: 'key_reused' }
  | { outcome: 'refused'; violation: RuleViolation }
  | { outcome: 'done'; status: number; value: Value }
  | { outcome: 'replayed'; status: number; value: Value | null }
export type CreateResult<Value> = WriteResult<Value> | { outcome: 'taken' }
export type ChangeResult<Value> =
  | WriteResult<Value>
  | { outcome: 'missing' }
  | { outcome: 'stale'; value: Value }

export type ResultRow<Result extends { outcome: string }> = {
  outcome: Result['outcome']
  is_outdated: boolean
  status: number
  violation: RuleViolation | null
  replayed: object | null
}

/** Everything the row says; the outcome says which of it is there. */
export function resultOf<Result extends { outcome: string }>({
  outcome,
  is_outdated,
  status,
  violation,
  replayed,
  ...value
}: ResultRow<Result>): Result {
  const result: object = {
    outcome,
    status,
    violation,
    value: outcome === 'replayed' ? replayed : value,
  }
  return result as Result
}
