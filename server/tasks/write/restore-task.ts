import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { ChangeResult } from '../../resource/result.ts'
import { restoreResource } from '../../resource/write/trash.ts'
import type { Guard } from '../../resource/write/write.ts'
import { isListThere, tasks } from '../fields.ts'

/** Restores a task from the trash. Where its list is not there any more, it is in the Inbox. */
export function restoreTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<components['schemas']['Task']> | undefined> {
  const listId = sql.fragment`tasks.list_id`
  return restoreResource(database, caller, tasks, id, guard, {
    assignments: sql.fragment`
      trashed_with = null,
      placed_version = case
        when ${isListThere(caller, listId)} then tasks.placed_version
        else advanced.version
      end,
      list_id = case when ${isListThere(caller, listId)} then ${listId} end`,
  })
}
