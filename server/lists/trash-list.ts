import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import type { Resource } from '../resource/fields.ts'
import type { ChangeResult } from '../resource/result.ts'
import { deleteResource, restoreResource } from '../resource/write/trash.ts'
import type { Guard } from '../resource/write/write.ts'
import { LIST_LIMIT, lists } from './fields.ts'

type List = components['schemas']['List']

/**
 * Moves a list to the trash, and its tasks with it. Those that are there already stay as they are.
 *
 * @param tasks the kind of resource that lists hold
 */
export function deleteList(
  database: Statements,
  caller: Caller,
  tasks: Resource,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  const which = sql.fragment`tasks.list_id = ${id}::uuid and tasks.state <> 'trashed'`
  return deleteResource(database, caller, lists, id, guard, {
    violation: violationOf(caller, tasks, which),
    members: {
      resource: tasks,
      which,
      assignments: sql.fragment`trashed_at = advanced.at, trashed_with = ${id}::uuid`,
      areFirst: true,
    },
  })
}

/** Restores a list from the trash, with the tasks that went there with it. */
export function restoreList(
  database: Statements,
  caller: Caller,
  tasks: Resource,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  return restoreResource(database, caller, lists, id, guard, {
    members: {
      resource: tasks,
      which: sql.fragment`tasks.trashed_with = ${id}::uuid`,
      assignments: sql.fragment`trashed_at = null, trashed_with = null`,
      areFirst: false,
    },
  })
}

const violationOf = (caller: Caller, { name, table }: Resource, which: Fragment) => sql.fragment`
        case
          when (
            select count(*)
            from (
              select
              from ${table}
              where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
                and ${which}
              limit ${LIST_LIMIT + 1}
            ) held
          ) > ${LIST_LIMIT}
            then 'list_too_large'
        end`
