import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import type { IdempotencyKey } from './idempotency.ts'
import { insertResponse, selectEarlierResponse } from './store.ts'

export type IdempotentResult<Body> =
  | { outcome: 'done' | 'replayed'; body: Body }
  | { outcome: 'key_reused' }

/**
 * Runs several statements in one transaction, once for each key, while no other request writes a
 * resource of the caller.
 *
 * @param work returns the body of the response
 * @returns undefined when the caller's session has ended, or where `work` returns undefined
 */
export function idempotentTransaction<Body extends object>(
  database: Database,
  caller: Caller,
  key: IdempotencyKey | undefined,
  work: (statements: Statements) => Promise<Body | undefined>,
): Promise<IdempotentResult<Body> | undefined> {
  type Result = IdempotentResult<Body> | undefined
  return database.transaction(caller.userId, async (statements): Promise<Result> => {
    const earlier = key && (await selectEarlierResponse<Body>(statements, caller, key))
    if (earlier)
      return earlier.is_same
        ? { outcome: 'replayed', body: earlier.response }
        : { outcome: 'key_reused' }
    const body = await work(statements)
    if (body && key) await insertResponse(statements, caller, key, body)
    return body && { outcome: 'done', body }
  })
}
