import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { ChangeResult } from './result.ts'
import { type Guard, writeTask } from './write-task.ts'

/** Completes an open task and reopens a completed one. */
export function toggleTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult | undefined> {
  return writeTask(database, caller, id, guard, {
    next: sql.fragment`
      select
        user_id,
        id,
        null::text as violation,
        case when completed_at is null then now() end as completed_at
      from current
      where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`completed_at = changed.completed_at`,
  })
}
