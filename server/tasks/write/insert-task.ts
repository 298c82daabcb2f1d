import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from '../../resource/idempotency.ts'
import { liveCaller } from '../../resource/live-caller.ts'
import { lockedVersion, nextVersion } from '../../resource/version.ts'
import { CONTENT, columns, columnsOf, draftOf, inserted, task } from '../fields.ts'
import { bytesOf, countUsage, type Quota, quotaViolation } from './quota.ts'
import {
  type CreateResult,
  earlierOutcome,
  type ResultRow,
  replayedTask,
  resultOf,
} from './result.ts'

// Built once: putting fragments together takes longer than most of a request.
const ONE = sql.fragment`1`
const GROWTH = { tasks: ONE, bytes: sql.fragment`size` }
const usage = countUsage({ tasks: ONE, bytes: sql.fragment`next.size` })
const size = bytesOf('draft')
const values = inserted.values(sql.fragment`case when completed then at end`)
const isSame = sql.fragment`
      (${columnsOf('existing', CONTENT)}) is not distinct from (${columnsOf('next', CONTENT)})`
const latest = sql.fragment`
    latest as (
      select * from created
      union all select * from replayed
      union all select ${columns} from existing as tasks
    )`
const result = sql.fragment`
    left join lateral (select ${task} from latest) result on true`
const done = sql.fragment`
      select
        case when exists (select from created) then 201 else 200 end as status,
        to_json(latest) as response
      from latest
      where exists (select from created) or exists (select from same)`

/**
 * Creates a task at the bottom of the manual order, where the quota leaves room. Where a task with
 * this id exists, the same content is `done` with status 200, other content is `taken`.
 *
 * draft: the task as sent. next: with its size and what it violates. existing: the task that has
 * the id. advanced: the new version. created: the row. same: the existing row, where its content
 * is that of the draft. latest: the task of the response.
 */
export async function insertTask(
  database: Statements,
  caller: Caller,
  id: string,
  content: Omit<components['schemas']['TaskCreate'], 'id'>,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<CreateResult | undefined> {
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${lockedVersion}, ${earlierResponse(key)}, ${replayedTask(key)},
    draft as materialized (
      select ${draftOf(content)}
      from locked_version
      where not exists (select from earlier)
    ),
    next as (
      select
        draft.*,
        size,
        coalesce(
          ${quotaViolation(quota, GROWTH)},
          due_fault(due_date, due_time, due_time_zone)
        ) as violation
      from draft
      cross join locked_version
      cross join lateral (select ${size} as size) sized
    ),
    existing as (
      select completed_at is not null as completed, ${columns}
      from tasks
      join locked_version using (user_id)
      where id = ${id}::uuid and not exists (select from earlier)
    ),
    advanced as (
      update task_clock
      set ${nextVersion}, ${usage}
      from locked_version, next
      where task_clock.user_id = locked_version.user_id
        and violation is null
        and not exists (select from existing)
      returning task_clock.user_id, task_clock.version, task_clock.at
    ),
    created as (
      insert into tasks (
        user_id, id, version, ${inserted.columns}, position, created_at, updated_at
      )
      select
        user_id, ${id}::uuid, version,
        ${values},
        position_at_bottom(version), at, at
      from advanced, next
      returning ${columns}
    ),
    -- A client that reads the feed need not hear that a task with this id was purged before.
    returned as (
      delete from purged_tasks
      using created
      where purged_tasks.user_id = created.user_id and purged_tasks.id = created.id
    ),
    same as (
      select existing.id
      from existing, next
      where ${isSame}
    ),
    ${latest}${keptResponse(key, done)}
    select
      case ${earlierOutcome}
        when exists (select from created) or exists (select from same) then 'done'
        when exists (select from existing) then 'taken'
        else 'refused'
      end as outcome,
      coalesce(earlier.status, case when exists (select from created) then 201 else 200 end)
        as status,
      next.violation,
      result.*
    from locked_version
    left join earlier on true
    left join next on true
    ${result}`
  const attempt = async () => {
    const [row] = await database.rows<ResultRow<CreateResult>>(statement)
    return row && resultOf(row)
  }
  const first = await attempt()
  // The statement may have waited for an identical request that used the last place of the quota.
  // Only a second statement sees the task of that request.
  const isOverQuota = first?.outcome === 'refused' && first.violation === 'quota_exceeded'
  return isOverQuota ? attempt() : first
}
