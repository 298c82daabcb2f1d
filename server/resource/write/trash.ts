import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import type { ChangeResult } from '../result.ts'
import type { Members } from './members.ts'
import { type Guard, writeResource } from './write.ts'

interface Along {
  /** CTEs that the others read. */
  context?: Fragment
  /** The rule that `current` violates, else null. */
  violation?: Fragment
  /** New values of the row `next`, from `current`; each ends with a comma. */
  values?: Fragment
  /** What else is written, for the `set` of the update. */
  assignments?: Fragment
  /** The resources that go to the trash, or come back, with it. */
  members?: Members[]
  isLong?: boolean
}

const nextOf = (violation = sql.fragment`null::text`, values = sql.fragment``) => sql.fragment`
      select user_id, id, ${values} ${violation} as violation
      from current
      where matched`

const withOthers = (own: Fragment, others: Fragment | undefined) =>
  others ? sql.fragment`${own}, ${others}` : own

/** Moves a resource to the trash. */
export function deleteResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  guard: Guard,
  { violation, values, assignments, ...along }: Along = {},
): Promise<ChangeResult<Value> | undefined> {
  return writeResource(database, caller, resource, id, guard, {
    ...along,
    next: nextOf(violation, values),
    differs: sql.fragment`true`,
    assignments: withOthers(sql.fragment`trashed_at = advanced.at`, assignments),
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
  { violation, values, assignments, ...along }: Along = {},
): Promise<ChangeResult<Value> | undefined> {
  return writeResource(database, caller, resource, id, guard, {
    ...along,
    next: nextOf(violation, values),
    differs: sql.fragment`trashed_at is not null`,
    assignments: withOthers(sql.fragment`trashed_at = null`, assignments),
    includesTrash: true,
  })
}
