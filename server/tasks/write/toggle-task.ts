import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { NOW } from '../../resource/fields.ts'
import type { ChangeResult } from '../../resource/result.ts'
import { type Guard, writeResource } from '../../resource/write/write.ts'
import { tasks } from '../fields.ts'

/** Completes an open task and reopens a completed one. */
export function toggleTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<components['schemas']['Task']> | undefined> {
  return writeResource(database, caller, tasks, id, guard, {
    next: sql.fragment`
      select
        user_id,
        id,
        null::text as violation,
        case when completed_at is null then ${NOW} end as completed_at
      from current
      where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`completed_at = changed.completed_at`,
  })
}
