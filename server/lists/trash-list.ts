import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import type { Resource } from '../resource/fields.ts'
import type { ChangeResult } from '../resource/result.ts'
import { type Members, TEXT_LIMIT } from '../resource/write/members.ts'
import { deleteResource, restoreResource } from '../resource/write/trash.ts'
import type { Guard } from '../resource/write/write.ts'
import { LIST_LIMIT, lists } from './fields.ts'

type List = components['schemas']['List']

/** What a list holds, and what becomes of it together with the list. */
export interface Held {
  resource: Resource
  /** Those that are not in the trash. */
  isHeld(listId: string): Fragment
  goesAlong(caller: Caller, listId: string): Members
  comesAlong(caller: Caller, listId: string): Members
}

/** Moves a list to the trash, and what it holds with it; what is there already stays as it is. */
export function deleteList(
  database: Statements,
  caller: Caller,
  held: Held,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  return deleteResource(database, caller, lists, id, guard, {
    violation: violationOf(caller, held, id),
    members: [held.goesAlong(caller, id)],
    isLong: true,
  })
}

/** Restores a list from the trash, with the tasks that went there with it. */
export function restoreList(
  database: Statements,
  caller: Caller,
  held: Held,
  id: string,
  guard: Guard,
): Promise<ChangeResult<List> | undefined> {
  const members = [held.comesAlong(caller, id)]
  return restoreResource(database, caller, lists, id, guard, { members, isLong: true })
}

const violationOf = (
  caller: Caller,
  { resource: { name, table, bytesOf }, isHeld }: Held,
  id: string,
) => sql.fragment`
        case
          when (
            select count(*) > ${LIST_LIMIT} or sum(bytes) > ${TEXT_LIMIT}
            from (
              select ${bytesOf(name)} as bytes
              from ${table}
              where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
                and ${isHeld(id)}
              limit ${LIST_LIMIT + 1}
            ) held
          )
            then 'list_too_large'
        end`
