import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { columnsOf, list } from '../field.ts'
import type { Computed, Resource } from '../fields.ts'
import {
  earlierOutcome,
  earlierResponse,
  type IdempotencyKey,
  keptResponse,
} from '../idempotency/idempotency.ts'
import { liveCaller } from '../live-caller.ts'
import { type CreateResult, type ResultRow, resultOf } from '../result.ts'
import { advanced, isOutdated, userVersion } from '../version.ts'
import { type Members, readMembers, versionCount, writtenMembers } from './members.ts'
import { type Quota, quotaViolation } from './quota.ts'

/** What a resource begins with. */
export interface Creation<Content> {
  id: string
  content: Content
  /** The rule that the row `draft` violates, else null. */
  violation: Fragment
  /** Columns that are computed from what is stored, in place of what `content` says. */
  computed?: Computed
  /** Other resources that are changed with it; they get their versions before it. */
  members?: Members[]
}

/**
 * Creates a resource at the bottom of the manual order, where the quota leaves room. Where one with
 * this id exists, the same content is `done` with status 200, other content is `taken`.
 *
 * draft: the resource as sent. next: with its size and what it violates. existing: the one that has
 * the id. changed: what is created. advanced: the new version. created: the row. same: the existing
 * row, where its content is that of the draft. latest: the row of the response.
 */
export async function insertResource<Content extends object, Value>(
  database: Statements,
  caller: Caller,
  resource: Resource<Content>,
  { id, content, violation, computed = {}, members = [] }: Creation<Content>,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<CreateResult<Value> | undefined> {
  const { type, table, name, columns, output, json, inserted } = resource
  const growth = { tasks: ONE, bytes: sql.fragment`size` }
  const compared = resource.content.filter((member) => !(member in computed))
  const beside = resource
    .columnsBeside(computed)
    .map((column) => sql.fragment`${sql.identifier([column])}`)
  const done = sql.fragment`
      select
        case when exists (select from created) then 201 else 200 end as status,
        row_to_json(body) as response
      from (select ${json} from latest) body
      where exists (select from created) or exists (select from same)`
  const rows = await database.write<ResultRow<CreateResult<Value>>>(
    caller.userId,
    sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    draft as materialized (
      select user_version.user_id, ${resource.draftOf(content, computed)}
      from user_version
      where not exists (select from earlier)
    ),
    next as (
      select
        draft.*,
        size,
        coalesce(${quotaViolation(quota, growth)}, ${violation}) as violation
      from draft
      cross join user_version
      cross join lateral (select ${resource.bytesOf('draft')} as size) sized
    ),
    existing as (
      select ${resource.derived} ${columns}
      from ${table}
      join user_version using (user_id)
      where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
        and id = ${id}::uuid
        and not exists (select from earlier)
    ),
    changed as (
      select * from next where violation is null and not exists (select from existing)
    ),
    ${readMembers(members)}
    ${advanced(caller, 'changed', {
      count: versionCount(members),
      growth: { tasks: ONE, bytes: sql.fragment`changed.size` },
    })},
    ${writtenMembers(caller, members)}
    created as (
      insert into ${table} (
        user_id, id, version, placed_version, position, created_at, updated_at,
        ${list([inserted.columns, ...beside])}
      )
      select
        advanced.user_id, ${id}::uuid, version, version, position_at_bottom(version), at, at,
        ${list([inserted.values((is) => sql.fragment`case when ${is} then at end`), ...beside])}
      from advanced, changed
      returning ${columns}
    ),
    -- A client that reads the feed need not hear that one with this id was purged before.
    returned as (
      delete from tombstones
      using created
      where tombstones.user_id = ${caller.userId}::uuid
        and tombstones.user_id = created.user_id
        and tombstones.type = ${type}
        and tombstones.id = created.id
    ),
    same as (
      select existing.id
      from existing, next
      where (${columnsOf('existing', compared)})
        is not distinct from (${columnsOf('next', compared)})
    ),
    latest as (
      select * from created
      union all
      select ${columns} from existing as ${table}
    )${keptResponse(key, done)}
    select
      case ${earlierOutcome}
        when exists (select from created) or exists (select from same) then 'done'
        when exists (select from existing) then 'taken'
        else 'refused'
      end as outcome,
      ${isOutdated('changed')} as is_outdated,
      coalesce(earlier.status, case when exists (select from created) then 201 else 200 end)
        as status,
      next.violation,
      earlier.response as replayed,
      result.*
    from user_version
    left join earlier on true
    left join next on true
    left join (select ${output} from latest) result on true`,
  )
  return rows[0] && resultOf(rows[0])
}

const ONE = sql.fragment`1`
