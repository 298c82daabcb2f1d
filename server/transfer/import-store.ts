import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { heldClock, ticks } from '../resource/version.ts'
import type { Fault } from '../tasks/fault.ts'
import { CONTENT, columnsOf } from '../tasks/fields.ts'
import { bytesOf, type Quota, quotaFault, usedMore } from '../tasks/write/quota.ts'
import type { ImportedRow } from './imported-row.ts'

/**
 * What became of a row. `trashed`: its task is in the trash; `taken`: there is another with its id.
 */
export interface Outcome {
  row: number
  outcome: 'created' | 'unchanged' | 'trashed' | 'taken' | 'refused'
  fault: Fault | null
}

/**
 * A blank description is as good as none: not every program that saves a file again can tell them
 * apart.
 */
const COMPARED = CONTENT.filter((name) => name !== 'description')

/**
 * Creates the tasks that are not there yet, at the bottom of the manual order, in the order given;
 * what is there stays as it is.
 * Undefined when the caller's session has ended.
 */
export async function insertTasks(
  database: Statements,
  caller: Caller,
  drafts: readonly ImportedRow[],
  quota: Quota,
): Promise<Outcome[] | undefined> {
  const given = JSON.stringify(
    drafts.map(({ user_id, etag, position, isIdMade, ...draft }, index) => ({
      ...draft,
      place: index + 1,
    })),
  )
  const rows = await database.rows<Outcome | { row: null }>(sql.unsafe`
    with ${liveCaller(caller)}, ${heldClock},
    given as materialized (
      select place, "row", id, title, description, completed, completed_at, due_date, due_time, due_time_zone, coalesce(priority, 'none') as priority,
        unique_labels(coalesce(labels, '{}')) as labels, trashed_at, created_at, updated_at
      from json_to_recordset(${given}::json) as each (
        place int, "row" int, id uuid, title text, description text, completed boolean, completed_at timestamptz(3), due_date date, due_time time, due_time_zone text,
        priority task_priority, labels text[], trashed_at timestamptz(3), created_at timestamptz(3), updated_at timestamptz(3)
      )
    ),
    next as materialized (select given.*, due_fault(due_date, due_time, due_time_zone) as fault from given),
    there as materialized (
      select stored.id, stored.trashed_at is not null and next.trashed_at is null as trashed,
        (nullif(stored.description, ''), ${columnsOf('stored', COMPARED)}) is not distinct from (nullif(next.description, ''), ${columnsOf('next', COMPARED)}) as same
      from (select *, completed_at is not null as completed from tasks) stored join held using (user_id) join next on stored.id = next.id
    ),
    fresh as (
      select next.*, row_number() over (order by place) as turn, sum(${bytesOf('next')}) over (order by place) as size
      from next where fault is null and id not in (select id from there)
    ),
    -- As many of them, from the first on, as the quota has room for.
    judged as materialized (select fresh.*, ${quotaFault(quota, { tasks: sql.fragment`turn`, bytes: sql.fragment`size` })} as excess from fresh cross join held),
    fitting as (select * from judged where excess is null),
    clock as (
      update task_clock set ${ticks(sql.fragment`count`)}, ${usedMore({ tasks: sql.fragment`count`, bytes: sql.fragment`size` })}
      from held, (select count(*) as count, max(size) as size from fitting) counted where task_clock.user_id = held.user_id and count > 0
      returning task_clock.user_id, task_clock.version - count as version, task_clock.at
    ),
    created as (
      insert into tasks (user_id, id, version, title, description, completed_at, due_date, due_time, due_time_zone, priority, labels, position, trashed_at, created_at, updated_at)
      select user_id, id, version + turn, title, description, case when completed then least(completed_at, at) end, due_date, due_time, due_time_zone, priority, labels,
        position_between(null, null, version + turn), case when trashed_at is not null then at end,
        least(coalesce(created_at, updated_at), at), least(updated_at, at)
      from clock, fitting
      returning user_id, id
    ),
    returned as (delete from purged_tasks using created where purged_tasks.user_id = created.user_id and purged_tasks.id = created.id)
    select next."row", coalesce(next.fault, judged.excess) as fault, case
        when there.same and not there.trashed then 'unchanged'
        when there.trashed then 'trashed'
        when there.id is not null then 'taken'
        when next.fault is not null or judged.excess is not null then 'refused'
        else 'created' end as outcome
    from held left join next on true left join there on there.id = next.id left join judged on judged.id = next.id`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.row === null ? [] : row))
}
