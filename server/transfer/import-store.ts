import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { columnsOf, recordColumns, recordMembers } from '../resource/fields.ts'
import { liveCaller } from '../resource/live-caller.ts'
import type { RuleViolation } from '../resource/rule-violation.ts'
import { advanced, userVersion } from '../resource/version.ts'
import { type Quota, quotaViolation } from '../resource/write/quota.ts'
import { FIELDS, tasks, violationOf } from '../tasks/fields.ts'
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
const COMPARED = tasks.content.filter((name) => name !== 'description')

const GROWTH = { tasks: sql.fragment`changed.tasks`, bytes: sql.fragment`changed.bytes` }
const USAGE = { tasks: sql.fragment`turn`, bytes: sql.fragment`size` }

/**
 * Creates the tasks that do not exist yet, at the bottom of the manual order, in the order given.
 * Existing tasks stay as they are. Undefined when the caller's session has ended.
 *
 * given: the rows. next: with what they violate. existing: the tasks that have their ids. fresh:
 * the valid rows without a task. fitting: those of them, from the first on, that the quota has room
 * for. changed: how many they are. advanced: the last of their versions. created: their tasks.
 */
export async function insertTasks(
  database: Statements,
  caller: Caller,
  drafts: readonly ImportedRow[],
  quota: Quota,
): Promise<RowResult[] | undefined> {
  const given = JSON.stringify(
    drafts.map(({ user_id, etag, position, isIdMade, list, ...draft }, index) => ({
      ...draft,
      place: index + 1,
    })),
  )
  const rows = await database.rows<RowResult | { row: null }>(sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)},
    given as materialized (
      select
        place,
        "row",
        id,
        ${recordMembers(FIELDS)},
        completed_at,
        trashed_at,
        created_at,
        updated_at
      from json_to_recordset(${given}::json) as each (
        place int,
        "row" int,
        id uuid,
        ${recordColumns(FIELDS)},
        completed_at timestamptz(3),
        trashed_at timestamptz(3),
        created_at timestamptz(3),
        updated_at timestamptz(3)
      )
    ),
    next as materialized (
      select given.*, ${violationOf(caller)} as violation
      from given
    ),
    existing as materialized (
      select
        stored.id,
        stored.trashed_at is not null and next.trashed_at is null as trashed,
        (nullif(stored.description, ''), ${columnsOf('stored', COMPARED)})
          is not distinct from (nullif(next.description, ''), ${columnsOf('next', COMPARED)})
          as same
      from (
        select *, completed_at is not null as completed
        from tasks
        where tasks.user_id = ${caller.userId}::uuid
      ) stored
      join user_version using (user_id)
      join next on stored.id = next.id
    ),
    fresh as (
      select
        next.*,
        row_number() over (order by place) as turn,
        sum(${tasks.bytesOf('next')}) over (order by place) as size
      from next
      where violation is null and id not in (select id from existing)
    ),
    judged as materialized (
      select fresh.*, ${quotaViolation(quota, USAGE)} as excess
      from fresh
      cross join user_version
    ),
    fitting as (select * from judged where excess is null),
    changed as (
      select user_version.user_id, counted.*
      from user_version
      cross join (select count(*) as tasks, max(size) as bytes from fitting) counted
      where counted.tasks > 0
    ),
    ${advanced(caller, 'changed', { count: sql.fragment`changed.tasks`, growth: GROWTH })},
    created as (
      insert into tasks (
        user_id, id, version, placed_version, ${tasks.inserted.columns}, position, trashed_at,
        created_at, updated_at
      )
      select
        advanced.user_id,
        id,
        version - changed.tasks + turn,
        version - changed.tasks + turn,
        ${tasks.inserted.values(
          (member) => sql.fragment`case when ${member} then least(completed_at, at) end`,
        )},
        position_at_bottom(version - changed.tasks + turn),
        case when trashed_at is not null then at end,
        least(coalesce(created_at, updated_at), at),
        least(updated_at, at)
      from advanced, changed, fitting
      returning user_id, id
    ),
    -- A client that reads the feed need not hear that a task with this id was purged before.
    returned as (
      delete from tombstones
      using created
      where tombstones.user_id = ${caller.userId}::uuid
        and tombstones.user_id = created.user_id
        and tombstones.type = ${tasks.type}
        and tombstones.id = created.id
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
    from user_version
    left join next on true
    left join existing on existing.id = next.id
    left join judged on judged.id = next.id`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.row === null ? [] : row))
}
