import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { CHANGEABLE, columnsOf, patchOf } from '../fields.ts'
import { bytesOf, type Quota, quotaViolation } from './quota.ts'
import type { ChangeResult } from './result.ts'
import { type Guard, writeTask } from './write-task.ts'

const GROWTH = { tasks: sql.fragment`0`, bytes: sql.fragment`growth` }

/** Writes the members that `change` has. */
export function updateTask(
  database: Statements,
  caller: Caller,
  id: string,
  change: components['schemas']['TaskUpdate'],
  guard: Guard,
  quota: Quota,
): Promise<ChangeResult | undefined> {
  return writeTask(database, caller, id, guard, {
    next: sql.fragment`
      select
        next.*,
        growth,
        coalesce(
          ${quotaViolation(quota, GROWTH)},
          due_fault(due_date, due_time, due_time_zone)
        ) as violation
      from (
        select user_id, id, ${bytesOf('current')} as size_before, ${patchOf(change)}
        from current
        where matched
      ) next
      cross join locked_version
      cross join lateral (select ${bytesOf('next')} - size_before as growth) grown`,
    growth: sql.fragment`changed.growth`,
    differs: sql.fragment`
      (${columnsOf('next', CHANGEABLE)}) is distinct from (${columnsOf('current', CHANGEABLE)})`,
    assignments,
  })
}

const assignments = sql.fragment`${sql.join(
  CHANGEABLE.map(
    (name) => sql.fragment`${sql.identifier([name])} = ${sql.identifier(['changed', name])}`,
  ),
  sql.fragment`, `,
)}`
