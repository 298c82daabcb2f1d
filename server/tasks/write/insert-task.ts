import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import type { IdempotencyKey } from '../../resource/idempotency/idempotency.ts'
import type { CreateResult } from '../../resource/result.ts'
import { insertResource } from '../../resource/write/insert.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { tasks, violationOf } from '../fields.ts'

type Schemas = components['schemas']

/** Creates a task at the bottom of the manual order. */
export function insertTask(
  database: Statements,
  caller: Caller,
  id: string,
  content: Omit<Schemas['TaskCreate'], 'id'>,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<CreateResult<Schemas['Task']> | undefined> {
  const creation = { id, content, violation: violationOf(caller) }
  return insertResource(database, caller, tasks, creation, key, quota)
}
