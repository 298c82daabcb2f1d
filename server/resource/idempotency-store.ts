import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from './idempotency.ts'
import { liveCaller } from './live-caller.ts'
import { lockedVersion } from './version.ts'

// For a transaction of several statements; see `idempotent-transaction.ts`.

/**
 * Locks the version row of the caller until the transaction ends. False when the session has ended.
 */
export async function lockVersion(statements: Statements, caller: Caller): Promise<boolean> {
  const rows = await statements.rows(sql.unsafe`
    with ${liveCaller(caller)}, ${lockedVersion}
    select from locked_version`)
  return rows.length > 0
}

/** The response that was sent under this key, if any. */
export async function selectEarlierResponse<Body>(
  statements: Statements,
  caller: Caller,
  key: IdempotencyKey,
): Promise<{ is_same: boolean; response: Body } | undefined> {
  const [earlier] = await statements.rows<{ is_same: boolean; response: Body }>(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierResponse(key)}
    select is_same, response
    from earlier`)
  return earlier
}

export async function insertResponse(
  statements: Statements,
  caller: Caller,
  key: IdempotencyKey,
  body: object,
): Promise<void> {
  const response = sql.fragment`select 200 as status, ${JSON.stringify(body)}::json as response`
  await statements.rows(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierResponse(key)}${keptResponse(key, response)}
    select`)
}
