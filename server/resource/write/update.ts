import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { columnsOf, list } from '../field.ts'
import type { Computed, Resource } from '../fields.ts'
import type { ChangeResult } from '../result.ts'
import type { Members } from './members.ts'
import { type Quota, quotaViolation } from './quota.ts'
import { type Guard, writeResource } from './write.ts'

const GROWTH = { tasks: sql.fragment`0`, bytes: sql.fragment`growth` }

interface Along {
  /** The rule that the row `next` violates, else null. */
  violation: Fragment
  /** Columns that are computed from what is stored, in place of what `sent` says. */
  computed?: Computed
  /** CTEs that the others read. */
  context?: Fragment
  /** Other resources that are changed with it. */
  members?: Members[]
}

/** Writes the members that `sent` has. */
export function updateResource<Content extends object, Value>(
  database: Statements,
  caller: Caller,
  resource: Resource<Content>,
  id: string,
  sent: Partial<Content>,
  guard: Guard,
  quota: Quota,
  { violation, computed = {}, ...along }: Along,
): Promise<ChangeResult<Value> | undefined> {
  const { changeable, bytesOf, patchOf, columnsBeside } = resource
  const written = [...changeable, ...columnsBeside(computed)]
  return writeResource(database, caller, resource, id, guard, {
    ...along,
    next: sql.fragment`
      select
        next.*,
        growth,
        coalesce(${quotaViolation(quota, GROWTH)}, ${violation}) as violation
      from (
        select user_id, id, ${bytesOf('current')} as size_before, ${patchOf(sent, computed)}
        from current
        where matched
      ) next
      cross join user_version
      cross join lateral (select ${bytesOf('next')} - size_before as growth) grown`,
    growth: sql.fragment`changed.growth`,
    differs: sql.fragment`
      (${columnsOf('next', written)}) is distinct from (${columnsOf('current', written)})`,
    assignments: list([
      ...written.map(
        (name) => sql.fragment`${sql.identifier([name])} = ${sql.identifier(['changed', name])}`,
      ),
      ...placement(resource),
    ]),
  })
}

/** Where a resource comes under another one, it has a new place in the change feed. */
function placement({ name, placedBy }: Resource): Fragment[] {
  if (placedBy.length === 0) return []
  return [
    sql.fragment`
      placed_version = case
        when (${columnsOf(name, placedBy)}) is distinct from (${columnsOf('changed', placedBy)})
          then own.version
        else ${sql.identifier([name, 'placed_version'])}
      end`,
  ]
}
