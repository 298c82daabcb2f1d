import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { liveCaller } from '../../resource/live-caller.ts'
import { tasks } from '../fields.ts'

type Task = components['schemas']['Task']

/**
 * The subtasks of a task, of all levels, that are not in the trash: a parent before its own.
 * Undefined when the caller's session has ended.
 */
export async function selectSubtasks(
  database: Statements,
  caller: Caller,
  id: string,
  limit: number,
): Promise<Task[] | undefined> {
  const rows = await database.rows<Task | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)},
    tree as (
      with recursive below as (
        select tasks.*
        from tasks
        where tasks.user_id = ${caller.userId}::uuid
          and tasks.parent_id = ${id}::uuid
          and tasks.state <> 'trashed'
        union all
        select tasks.*
        from below
        join tasks on tasks.parent_id = below.id
        where tasks.user_id = ${caller.userId}::uuid and tasks.state <> 'trashed'
      )
      select * from below limit ${limit}
    )
    select found.*
    from caller
    left join lateral (
      select ${tasks.output}
      from tree
      where tree.user_id = caller.user_id
      order by level, id
    ) found on true`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.id === null ? [] : [row]))
}
