import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { liveCaller } from '../resource/live-caller.ts'
import { lockedVersion, nextVersions } from '../resource/version.ts'
import { CONTENT, columnsOf, inserted, recordColumns, recordMembers } from '../tasks/fields.ts'
import type { RuleViolation } from '../tasks/rule-violation.ts'
import { bytesOf, countUsage, type Quota, quotaViolation } from '../tasks/write/quota.ts'
import type { ImportedRow } from './imported-row.ts'

/**
 * The result of a row. `trashed`: its task is in the trash. `taken`: another task has its id.
 */
export type RowResult = { row: number } & (
  | { outcome: 'created' | 'unchanged' | 'trashed' | 'taken' }
  | { outcome: 'refused'; violation: RuleViolation }
)

/**
 * A blank description counts as none: not every program that saves a file again keeps the two
 * apart.
 */
const COMPARED = CONTENT.filter((name) => name !== 'description')

const USAGE = { tasks: sql.fragment`turn`, bytes: sql.fragment`size` }

/**
 * Creates the tasks that do not exist yet, at the bottom of the manual order, in the order given.
 * Existing tasks stay as they are. Undefined when the caller's session has ended.
 *
 * given: the rows. next: with what they violate. existing: the tasks that have their ids. fresh:
 * the valid rows without a task. fitting: those of them, from the first on, that the quota has room
 * for. advanced: the last version before theirs. created: their tasks.
 */
export async function insertTasks(
  database: Statements,
  caller: Caller,
  drafts: readonly ImportedRow[],
  quota: Quota,
): Promise<RowResult[] | undefined> {
  const given = JSON.stringify(
    drafts.map(({ user_id, etag, position, isIdMade, ...draft }, index) => ({
      ...draft,
      place: index + 1,
    })),
  )
  const rows = await database.rows<RowResult | { row: null }>(sql.unsafe`
    with ${liveCaller(caller)}, ${lockedVersion},
    given as materialized (
      select
        place,
        "row",
        id,
        ${recordMembers},
        completed_at,
        trashed_at,
        created_at,
        updated_at
      from json_to_recordset(${given}::json) as each (
        place int,
        "row" int,
        id uuid,
        ${recordColumns},
        completed_at timestamptz(3),
        trashed_at timestamptz(3),
        created_at timestamptz(3),
        updated_at timestamptz(3)
      )
    ),
    next as materialized (
      select given.*, due_fault(due_date, due_time, due_time_zone) as violation
      from given
    ),
    existing as materialized (
      select
        stored.id,
        stored.trashed_at is not null and next.trashed_at is null as trashed,
        (nullif(stored.description, ''), ${columnsOf('stored', COMPARED)})
          is not distinct from (nullif(next.description, ''), ${columnsOf('next', COMPARED)})
          as same
      from (select *, completed_at is not null as completed from tasks) stored
      join locked_version using (user_id)
      join next on stored.id = next.id
    ),
    fresh as (
      select
        next.*,
        row_number() over (order by place) as turn,
        sum(${bytesOf('next')}) over (order by place) as size
      from next
      where violation is null and id not in (select id from existing)
    ),
    judged as materialized (
      select fresh.*, ${quotaViolation(quota, USAGE)} as excess
      from fresh
      cross join locked_version
    ),
    fitting as (select * from judged where excess is null),
    advanced as (
      update task_clock
      set
        ${nextVersions(sql.fragment`counted.tasks`)},
        ${countUsage({ tasks: sql.fragment`counted.tasks`, bytes: sql.fragment`counted.bytes` })}
      from
        locked_version,
        (select count(*) as tasks, max(size) as bytes from fitting) counted
      where task_clock.user_id = locked_version.user_id and counted.tasks > 0
      returning
        task_clock.user_id,
        task_clock.version - counted.tasks as version,
        task_clock.at
    ),
    created as (
      insert into tasks (
        user_id, id, version, ${inserted.columns}, position, trashed_at, created_at, updated_at
      )
      select
        user_id,
        id,
        version + turn,
        ${inserted.values(sql.fragment`case when completed then least(completed_at, at) end`)},
        position_at_bottom(version + turn),
        case when trashed_at is not null then at end,
        least(coalesce(created_at, updated_at), at),
        least(updated_at, at)
      from advanced, fitting
      returning user_id, id
    ),
    -- A client that reads the feed need not hear that a task with this id was purged before.
    returned as (
      delete from purged_tasks
      using created
      where purged_tasks.user_id = created.user_id and purged_tasks.id = created.id
    )
    select
      next."row",
      coalesce(next.violation, judged.excess) as violation,
      case
        when existing.same and not existing.trashed then 'unchanged'
        when existing.trashed then 'trashed'
        when existing.id is not null then 'taken'
        when next.violation is not null or judged.excess is not null then 'refused'
        else 'created'
      end as outcome
    from locked_version
    left join next on true
    left join existing on existing.id = next.id
    left join judged on judged.id = next.id`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.row === null ? [] : row))
}
