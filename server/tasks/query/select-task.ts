import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { liveCaller, ownedBy } from '../../resource/live-caller.ts'
import { tasks } from '../fields.ts'

type Task = components['schemas']['Task']

/** A task that is not in the trash. Undefined when the caller's session has ended. */
export async function selectTask(
  database: Pick<Database, 'read'>,
  caller: Caller,
  id: string,
): Promise<{ task: Task | undefined } | undefined> {
  const [row] = await database.read<Task | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select ${tasks.output}
      from tasks
      where ${ownedBy('caller', caller)}
        and id = ${id}::uuid
        and state <> 'trashed'
    ) found on true`)
  return row && { task: row.id === null ? undefined : row }
}
