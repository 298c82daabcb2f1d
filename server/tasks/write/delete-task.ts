import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { ChangeResult } from './result.ts'
import { type Guard, writeTask } from './write-task.ts'

/** Moves a task to the trash. */
export function deleteTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult | undefined> {
  return writeTask(database, caller, id, guard, {
    next: sql.fragment`select user_id, id, null::text as violation from current where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`trashed_at = advanced.at`,
    status: 204,
  })
}

/** Restores a task from the trash; one that is not there stays as it is. */
export function restoreTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult | undefined> {
  return writeTask(database, caller, id, guard, {
    next: sql.fragment`select user_id, id, null::text as violation from current where matched`,
    differs: sql.fragment`trashed_at is not null`,
    assignments: sql.fragment`trashed_at = null`,
    includesTrash: true,
  })
}
