import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import type { ChangeResult } from '../../resource/result.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { updateResource } from '../../resource/write/update.ts'
import type { Guard } from '../../resource/write/write.ts'
import { tasks, violationOf } from '../fields.ts'

type Schemas = components['schemas']

/** Writes the members that `change` has. */
export function updateTask(
  database: Statements,
  caller: Caller,
  id: string,
  change: Schemas['TaskUpdate'],
  guard: Guard,
  quota: Quota,
): Promise<ChangeResult<Schemas['Task']> | undefined> {
  return updateResource(database, caller, tasks, id, change, violationOf(caller), guard, quota)
}
