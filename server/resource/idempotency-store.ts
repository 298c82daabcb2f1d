import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { earlierAnswer, keptAnswer, type Once } from './idempotency.ts'
import { heldClock } from './version.ts'

// For a transaction; see `idempotent-transaction.ts`.

/**
 * Nobody else writes any task of the caller until the transaction ends; false when their session
 * has ended.
 */
export async function holdClock(statements: Statements, caller: Caller): Promise<boolean> {
  const clocks = await statements.rows(
    sql.unsafe`with ${liveCaller(caller)}, ${heldClock} select from held`,
  )
  return clocks.length > 0
}

/** What was answered under this key, if anything. */
export async function selectEarlier<Answer>(
  statements: Statements,
  caller: Caller,
  request: Once,
): Promise<{ is_same: boolean; answer: Answer } | undefined> {
  const [earlier] = await statements.rows<{ is_same: boolean; answer: Answer }>(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierAnswer(request)} select is_same, answer from earlier`)
  return earlier
}

export async function keepAnswer(
  statements: Statements,
  caller: Caller,
  request: Once,
  answer: object,
): Promise<void> {
  await statements.rows(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierAnswer(request)}${keptAnswer(request, sql.fragment`select 200 as status, ${JSON.stringify(answer)}::json as answer`)} select`)
}
