import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { ChangeResult } from '../resource/result.ts'
import { TEXT_LIMIT } from '../resource/write/members.ts'
import { deleteResource, restoreResource } from '../resource/write/trash.ts'
import type { Guard } from '../resource/write/write.ts'
import { tasks } from '../tasks/fields.ts'
import { LIST_LIMIT, lists } from './fields.ts'
import { comesAlong, goesAlong, isInList } from './tasks-of-list.ts'

type List = components['schemas']['List']

/** Moves a list to the trash, and what it holds with it; what is there already stays as it is. */
export function deleteList(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  return deleteResource(database, caller, lists, id, guard, {
    violation: violationOf(caller, id),
    members: [goesAlong(caller, id)],
    isLong: true,
  })
}

/** Restores a list from the trash, with the tasks that went there with it. */
export function restoreList(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  const members = [comesAlong(caller, id)]
  return restoreResource(database, caller, lists, id, guard, { members, isLong: true })
}

const violationOf = (caller: Caller, id: string) => sql.fragment`
        case
          when (
            select count(*) > ${LIST_LIMIT} or sum(bytes) > ${TEXT_LIMIT}
            from (
              select ${tasks.bytesOf('tasks')} as bytes
              from tasks
              where tasks.user_id = ${caller.userId}::uuid and ${isInList(id)}
              limit ${LIST_LIMIT + 1}
            ) held
          )
            then 'list_too_large'
        end`
