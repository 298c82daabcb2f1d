import { LEVELS } from '../../rules/limits.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { columnsOf, recordColumns, recordMembers } from '../resource/fields.ts'
import { liveCaller } from '../resource/live-caller.ts'
import type { RuleViolation } from '../resource/rule-violation.ts'
import { advanced, userVersion } from '../resource/version.ts'
import {
  type Members,
  readMembers,
  versionCount,
  writtenMembers,
} from '../resource/write/members.ts'
import { type Quota, quotaViolation } from '../resource/write/quota.ts'
import { dueViolation, FIELDS, placeViolation, tasks } from '../tasks/fields.ts'
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
const COMPARED = tasks.content.filter((name) => !['description', 'parent_id'].includes(name))

const NO_LEVELS = sql.fragment`0`
const GROWTH = { tasks: sql.fragment`changed.tasks`, bytes: sql.fragment`changed.bytes` }
const USAGE = { tasks: sql.fragment`turn`, bytes: sql.fragment`size` }

const PLACE = ['list_id', 'parent_id']
const PARENTS: Members = {
  name: 'parents',
  resource: tasks,
  rows: sql.fragment`
      select
        parent_id as id,
        count(*) filter (where not completed)::int as open,
        count(*) filter (where completed)::int as done
      from fitting
      where parent_id is not null and trashed_at is null
      group by parent_id`,
  order: sql.fragment`id`,
  assignments: sql.fragment`
    subtasks_open = tasks.subtasks_open + parents.open,
    subtasks_done = tasks.subtasks_done + parents.done`,
  areFirst: true,
}

/**
 * Creates the tasks of a file: first those without a parent in it, then their subtasks, and so on.
 * Undefined when the caller's session has ended.
 */
export async function insertTasks(
  database: Statements,
  caller: Caller,
  drafts: readonly ImportedRow[],
  quota: Quota,
): Promise<RowResult[] | undefined> {
  const results: RowResult[] = []
  for (const part of byLevel(drafts)) {
    const inserted = await insertLevel(database, caller, part, quota)
    if (!inserted) return undefined
    results.push(...inserted)
  }
  return results
}

/**
 * The rows of each level of subtasks of a file. Below the levels that there can be, and where rows
 * are parents of each other, all are on the last one: their parents will not be found.
 */
function byLevel(drafts: readonly ImportedRow[]): ImportedRow[][] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]))
  const levelOf = ({ parent_id }: ImportedRow, below = 0): number => {
    const parent = byId.get(parent_id ?? '')
    return parent && below < LEVELS ? levelOf(parent, below + 1) : below
  }
  const levels = Array.from({ length: LEVELS + 1 }, (): ImportedRow[] => [])
  for (const draft of drafts) levels[levelOf(draft)]?.push(draft)
  return levels.filter((part, index) => index === 0 || part.length > 0)
}

/**
 * Creates the tasks that do not exist yet, at the bottom of the manual order, in the order given.
 * Existing tasks stay as they are. Undefined when the caller's session has ended.
 *
 * given: the rows. next: with what they violate. existing: the tasks that have their ids. fresh:
 * the valid rows without a task. fitting: those of them, from the first on, that the quota has room
 * for. changed: how many they are. advanced: the last of their versions. created: their tasks.
 */
async function insertLevel(
  database: Statements,
  caller: Caller,
  drafts: readonly ImportedRow[],
  quota: Quota,
): Promise<RowResult[] | undefined> {
  const members = drafts.some(({ parent_id }) => parent_id != null) ? [PARENTS] : []
  const given = JSON.stringify(
    drafts.map(({ user_id, etag, position, subtasks, isIdMade, list, ...draft }, index) => ({
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
        ${recordMembers(FIELDS.filter(({ name }) => !PLACE.includes(name)))},
        -- A subtask is in the list of its parent. One in the trash needs none.
        case when parent.task_id is null then list_id else parent.task_list end as list_id,
        case when trashed_at is null then parent_id else parent.task_id end as parent_id,
        parent_id as given_parent,
        coalesce(parent.task_level, 0) + 1 as level,
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
      left join (
        select id as task_id, list_id as task_list, level as task_level
        from tasks
        where tasks.user_id = ${caller.userId}::uuid and tasks.state <> 'trashed'
      ) parent on parent.task_id = parent_id
    ),
    next as materialized (
      select
        given.*,
        coalesce(${placeViolation(caller, 'given', NO_LEVELS)}, ${dueViolation}) as violation
      from given
    ),
    existing as materialized (
      select
        stored.id,
        stored.trashed_at is not null and next.trashed_at is null as trashed,
        (nullif(stored.description, ''), ${columnsOf('stored', COMPARED)})
          is not distinct from (nullif(next.description, ''), ${columnsOf('next', COMPARED)})
          and (
            stored.parent_id is not distinct from next.given_parent
            or stored.parent_id is not distinct from next.parent_id
          )
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
    ${readMembers(members)}
    ${advanced(caller, 'changed', {
      count: versionCount(members, sql.fragment`changed.tasks`),
      growth: GROWTH,
    })},
    ${writtenMembers(caller, members, sql.fragment`(select tasks from changed)`)}
    created as (
      insert into tasks (
        user_id, id, version, placed_version, ${tasks.inserted.columns}, level, position,
        trashed_at, created_at, updated_at
      )
      select
        advanced.user_id,
        id,
        version - changed.tasks + turn,
        version - changed.tasks + turn,
        ${tasks.inserted.values(
          (member) => sql.fragment`case when ${member} then least(completed_at, at) end`,
        )},
        level,
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
