import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { IdempotencyKey } from '../resource/idempotency/idempotency.ts'
import type { ChangeResult, CreateResult } from '../resource/result.ts'
import { insertResource } from '../resource/write/insert.ts'
import type { Quota } from '../resource/write/quota.ts'
import { updateResource } from '../resource/write/update.ts'
import type { Guard } from '../resource/write/write.ts'
import { lists } from './fields.ts'

type Schemas = components['schemas']
type List = Schemas['List']

/** What fits the contract can be stored: a list violates no rule of its own. */
const NO_VIOLATION = sql.fragment`null::text`

/** Creates a list at the bottom of the manual order. */
export function insertList(
  database: Statements,
  caller: Caller,
  id: string,
  content: Omit<Schemas['ListCreate'], 'id'>,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<CreateResult<List> | undefined> {
  const creation = { id, content, violation: NO_VIOLATION }
  return insertResource(database, caller, lists, creation, key, quota)
}

/** Writes the members that `change` has. */
export function updateList(
  database: Statements,
  caller: Caller,
  id: string,
  change: Schemas['ListUpdate'],
  guard: Guard,
  quota: Quota,
): Promise<ChangeResult<List> | undefined> {
  return updateResource(database, caller, lists, id, change, guard, quota, {
    violation: NO_VIOLATION,
  })
}
