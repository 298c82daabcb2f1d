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

/** What a write must meet: the versions of `If-Match`, null for any, and its key. */
export interface Guard {
  ifMatch: string[] | null
  key: IdempotencyKey | undefined
}

export interface Change {
  /** Selects `user_id`, `id`, `violation` and new values from `current where matched`. */
  next: Fragment
  /** Whether the row `next` differs from `current`. */
  differs: Fragment
  /** For the `set` of the update, from `changed` and `advanced`. */
  assignments: Fragment
  /** Bytes that the resource takes more than before; absent: none. */
  growth?: Fragment
  /** Status of the response. */
  status?: 200 | 204
  /** Whether a resource in the trash can be changed. */
  includesTrash?: boolean
  /** Other resources that are changed with it. */
  members?: Members
}

/** The resources of a kind that belong to the one that is changed. */
export interface Members {
  resource: Resource
  /** Which rows of their table. */
  which: Fragment
  /** For the `set` of the update, from `advanced`. */
  assignments: Fragment
  /** Whether a copy that reads the change feed hears of them before the one they belong to. */
  areFirst: boolean
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
  { next, differs, assignments, growth, status = 200, includesTrash = false, members }: Change,
): Promise<ChangeResult<Value> | undefined> {
  const { table, columns, output, json } = resource
  const own =
    members && !members.areFirst
      ? sql.fragment`advanced.version - ${MEMBER_COUNT}`
      : sql.fragment`advanced.version`
  const done = sql.fragment`
      select
        ${status}::int as status,
        ${status === 204 ? sql.fragment`null::json` : sql.fragment`row_to_json(body)`} as response
      from next
      cross join (select ${json} from latest) body
      where violation is null and not (${isOutdated('changed')})`
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    ${currentRow(caller, resource, id, ifMatch, includesTrash)},
    next as (${next}),
    changed as (
      select next.*
      from next
      join current using (user_id, id)
      where violation is null and ${differs}
    ),
    ${members ? membersOf(caller, members) : sql.fragment``}
    ${advanced(caller, 'changed', {
      growth: growth && { tasks: sql.fragment`0`, bytes: growth },
      ...(members ? { count: sql.fragment`1 + ${MEMBER_COUNT}` } : {}),
    })},
    ${members ? membersWritten(caller, members) : sql.fragment``}
    written as (
      update ${table}
      set version = ${own}, updated_at = advanced.at, ${assignments}
      from changed, advanced
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
    isLong: members !== undefined,
  })
  return row && resultOf(row)
}

const MEMBER_COUNT = sql.fragment`(select count(*) from members)`

function membersOf(caller: Caller, { resource, which }: Members): Fragment {
  const { name, table } = resource
  const id = sql.fragment`${sql.identifier([name, 'id'])}`
  return sql.fragment`
    members as materialized (
      select ${id} as id, row_number() over (order by ${id}) as turn
      from ${table}
      join changed using (user_id)
      where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
        and ${which}
    ),`
}

function membersWritten(caller: Caller, { resource, assignments, areFirst }: Members): Fragment {
  const { name, table } = resource
  const before = areFirst ? sql.fragment`(${MEMBER_COUNT} + 1)` : MEMBER_COUNT
  return sql.fragment`
    members_written as (
      update ${table}
      set
        version = advanced.version - ${before} + turn,
        updated_at = advanced.at,
        ${assignments}
      from members, advanced
      where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
        and ${sql.identifier([name, 'user_id'])} = advanced.user_id
        and ${sql.identifier([name, 'id'])} = members.id
    ),`
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
