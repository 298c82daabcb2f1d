import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { liveCaller } from '../live-caller.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from './idempotency.ts'

// For a transaction of several statements; see `transaction.ts`.

/** The response that was sent under this key, if any. */
export async function selectEarlierResponse<Body>(
  statements: Statements,
  caller: Caller,
  key: IdempotencyKey,
): Promise<{ is_same: boolean; response: Body } | undefined> {
  const [earlier] = await statements.rows<{ is_same: boolean; response: Body }>(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierResponse(caller, key)}
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
    with ${liveCaller(caller)}, ${earlierResponse(caller, key)}${keptResponse(key, response)}
    select`)
}
