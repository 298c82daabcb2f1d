import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { earlierAnswer, keptAnswer, type Once } from './idempotency.ts'

type Results = components['schemas']['TaskOperationResults']

// For a transaction, whose first statements are these. Rows before the clock, and rows in one order: so it waits for others, and they for it, in no circle.

/** Nobody else writes these tasks until the transaction ends; answers those that are there. */
export async function lockTasks(statements: Statements, caller: Caller, ids: string[]): Promise<readonly { id: string }[]> {
  return statements.rows(sql.unsafe`
    with ${liveCaller(caller)}
    select tasks.id from tasks join live on tasks.user_id = live.user_id where tasks.id = any(${sql.array(ids, 'uuid')}) order by tasks.id for no key update of tasks`)
}

/** Nobody else writes any task of the caller until the transaction ends; false when their session has ended. */
export async function lockClock(statements: Statements, caller: Caller): Promise<boolean> {
  const clocks = await statements.rows(sql.unsafe`
    with ${liveCaller(caller)}
    select from task_clock join live on task_clock.user_id = live.user_id for no key update of task_clock`)
  return clocks.length > 0
}

/** What was answered under this key, if anything. */
export async function selectEarlier(statements: Statements, caller: Caller, request: Once): Promise<{ is_same: boolean; answer: Results } | undefined> {
  const [earlier] = await statements.rows<{ is_same: boolean; answer: Results }>(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierAnswer(request)} select is_same, answer from earlier`)
  return earlier
}

export async function keepAnswer(statements: Statements, caller: Caller, request: Once, answer: Results): Promise<void> {
  await statements.rows(sql.unsafe`
    with ${liveCaller(caller)}, ${earlierAnswer(request)}${keptAnswer(request, sql.fragment`select 200 as status, ${JSON.stringify(answer)}::json as answer`)} select`)
}
