import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import {
  earlierOutcome,
  earlierResponse,
  type IdempotencyKey,
  keptResponse,
} from '../idempotency/idempotency.ts'
import { liveCaller } from '../live-caller.ts'
import { type ChangeResult, type ResultRow, resultOf } from '../result.ts'
import { advanced, isOutdated, userVersion } from '../version.ts'
import { type Members, ownVersion, readMembers, versionCount, writtenMembers } from './members.ts'

/** What a write must meet: the versions of `If-Match`, null for any, and its key. */
export interface Guard {
  ifMatch: string[] | null
  key: IdempotencyKey | undefined
}

export interface Change {
  /** CTEs that `next` and `members` read; each ends with a comma. */
  context?: Fragment
  /** Selects `user_id`, `id`, `violation` and new values from `current where matched`. */
  next: Fragment
  /** Whether the row `next` differs from `current`. */
  differs: Fragment
  /** For the `set` of the update, from `changed`, `advanced` and `own.version`. */
  assignments: Fragment
  /** Bytes that the resource takes more than before; absent: none. */
  growth?: Fragment
  /** Status of the response. */
  status?: 200 | 204
  /** Whether a resource in the trash can be changed. */
  includesTrash?: boolean
  /** Other resources that are changed with it. */
  members?: Members[]
  /** Whether it often takes longer than the writes of other users should wait for. */
  isLong?: boolean
}

/**
 * Changes one resource. What differs in nothing takes no version.
 *
 * current: the row. next: its new values. changed: next, where it may be written and differs.
 * advanced: the new version. written: the row after the update. latest: the row of the response.
 */
export async function writeResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  { key, ifMatch }: Guard,
  change: Change,
): Promise<ChangeResult<Value> | undefined> {
  const { next, differs, assignments, growth, status = 200, includesTrash = false } = change
  const { context = sql.fragment``, members = [], isLong = false } = change
  const { table, columns, output, json } = resource
  const done = sql.fragment`
      select
        ${status}::int as status,
        ${status === 204 ? sql.fragment`null::json` : sql.fragment`row_to_json(body)`} as response
      from next
      cross join (select ${json} from latest) body
      where violation is null and not (${isOutdated('changed')})`
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    ${currentRow(caller, resource, id, ifMatch, includesTrash)},${context}
    next as (${next}),
    changed as (
      select next.*
      from next
      join current using (user_id, id)
      where violation is null and ${differs}
    ),
    ${readMembers(members)}
    ${advanced(caller, 'changed', {
      growth: growth && { tasks: sql.fragment`0`, bytes: growth },
      count: versionCount(members),
    })},
    ${writtenMembers(caller, members)}
    written as (
      update ${table}
      set version = own.version, updated_at = advanced.at, ${assignments}
      from changed, advanced
      cross join lateral (select ${ownVersion(members)} as version) own
      where ${sql.identifier([resource.name, 'user_id'])} = ${caller.userId}::uuid
        and ${sql.identifier([resource.name, 'user_id'])} = changed.user_id
        and ${sql.identifier([resource.name, 'id'])} = changed.id
      returning ${columns}
    ),
    latest as (
      select * from written
      union all
      select ${columns} from current as ${table} where not exists (select from written)
    )${keptResponse(key, done)}
    select
      case ${earlierOutcome}
        when current.id is null then 'missing'
        when not current.matched then 'stale'
        when next.violation is not null then 'refused'
        else 'done'
      end as outcome,
      ${isOutdated('changed')} as is_outdated,
      coalesce(earlier.status, ${status}) as status,
      next.violation,
      earlier.response as replayed,
      result.*
    from user_version
    left join earlier on true
    left join current on true
    left join next on true
    left join (select ${output} from latest) result on true`
  const [row] = await database.write<ResultRow<ChangeResult<Value>>>(caller.userId, {
    ...statement,
    isLong,
  })
  return row && resultOf(row)
}

function currentRow(
  caller: Caller,
  { name, table, columns }: Resource,
  id: string,
  ifMatch: string[] | null,
  includesTrash: boolean,
): Fragment {
  const inReach = includesTrash ? sql.fragment`true` : sql.fragment`state <> 'trashed'`
  const matched =
    ifMatch === null
      ? sql.fragment`true`
      : sql.fragment`'"' || ${sql.identifier([name, 'version'])} || '"'
          = any(${sql.array(ifMatch, 'text')})`
  return sql.fragment`
    current as (
      select ${columns}, ${matched} as matched
      from ${table}
      join user_version using (user_id)
      where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
        and id = ${id}::uuid
        and ${inReach}
        and not exists (select from earlier)
    )`
}
