import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import type { ChangeResult } from '../result.ts'
import { type Guard, type Members, writeResource } from './write.ts'

const next = sql.fragment`select user_id, id, null::text as violation from current where matched`

interface Along {
  /** The resources that go to the trash, or come back, with it. */
  members?: Members
  /** What else is written, for the `set` of the update. */
  assignments?: Fragment
  /** The rule that `current` violates, else null. */
  violation?: Fragment
}

/** Moves a resource to the trash. */
export function deleteResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  guard: Guard,
  { members, violation }: Pick<Along, 'members' | 'violation'> = {},
): Promise<ChangeResult<Value> | undefined> {
  return writeResource(database, caller, resource, id, guard, {
    next: violation
      ? sql.fragment`select user_id, id, ${violation} as violation from current where matched`
      : next,
    differs: sql.fragment`true`,
    assignments: sql.fragment`trashed_at = advanced.at`,
    status: 204,
    ...(members ? { members } : {}),
  })
}

/** Restores a resource from the trash; one that is not there stays as it is. */
export function restoreResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  guard: Guard,
  { members, assignments }: Pick<Along, 'members' | 'assignments'> = {},
): Promise<ChangeResult<Value> | undefined> {
  const restored = sql.fragment`trashed_at = null`
  return writeResource(database, caller, resource, id, guard, {
    next,
    differs: sql.fragment`trashed_at is not null`,
    assignments: assignments ? sql.fragment`${restored}, ${assignments}` : restored,
    includesTrash: true,
    ...(members ? { members } : {}),
  })
}
