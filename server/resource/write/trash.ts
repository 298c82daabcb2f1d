import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import type { ChangeResult } from '../result.ts'
import { type Guard, writeResource } from './write.ts'

const next = sql.fragment`select user_id, id, null::text as violation from current where matched`

/** Moves a resource to the trash. */
export function deleteResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  guard: Guard,
): Promise<ChangeResult<Value> | undefined> {
  return writeResource(database, caller, resource, id, guard, {
    next,
    differs: sql.fragment`true`,
    assignments: sql.fragment`trashed_at = advanced.at`,
    status: 204,
  })
}

/** Restores a resource from the trash; one that is not there stays as it is. */
export function restoreResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  guard: Guard,
): Promise<ChangeResult<Value> | undefined> {
  return writeResource(database, caller, resource, id, guard, {
    next,
    differs: sql.fragment`trashed_at is not null`,
    assignments: sql.fragment`trashed_at = null`,
    includesTrash: true,
  })
}
