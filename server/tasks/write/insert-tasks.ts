import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { columnsOf } from '../../resource/field.ts'
import { liveCaller } from '../../resource/live-caller.ts'
import type { RuleViolation } from '../../resource/rule-violation.ts'
import { advanced, userVersion } from '../../resource/version.ts'
import {
  type Members,
  readMembers,
  versionCount,
  writtenMembers,
} from '../../resource/write/members.ts'
import { type Quota, quotaViolation } from '../../resource/write/quota.ts'
import { tasks } from '../fields.ts'
import { rowsOfFile } from './rows-of-file.ts'
import { countedParents } from './tree.ts'

type ImportedTask = components['schemas']['ImportedTask']

/** A task to create; members that the server sets have no effect. */
export interface TaskRow extends ImportedTask {
  /** Its number among the rows, from 1. */
  row: number
  id: string
  completed: boolean
}

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

const GROWTH = { tasks: sql.fragment`changed.tasks`, bytes: sql.fragment`changed.bytes` }
const USAGE = { tasks: sql.fragment`turn`, bytes: sql.fragment`size` }

/** Tasks that exist already and get subtasks. */
const PARENTS: Members = {
  ...countedParents,
  rows: sql.fragment`
      select under as id, open, done
      from subtasks
      where under not in (select id from fitting)`,
}
const MEMBERS = [PARENTS]

/**
 * Creates the tasks that do not exist yet, at the bottom of the manual order, in the order given.
 * Existing tasks stay as they are. Undefined when the caller's session has ended.
 *
 * given: the rows. existing: the tasks that have their ids. next: the rows with their place in the
 * tree and what they violate. fresh: the valid rows without a task. fitting: those of them, from
 * the first on, that the quota has room for. subtasks: how many come under each task. changed: how
 * many they are. advanced: the last of their versions. created: their tasks.
 */
export async function insertTasks(
  database: Statements,
  caller: Caller,
  drafts: readonly TaskRow[],
  quota: Quota,
): Promise<RowResult[] | undefined> {
  // What the server sets is among them, but no column is read from it.
  const given = JSON.stringify(
    drafts.map(({ list_id, parent_id, ...draft }, at) => ({
      ...draft,
      given_list: list_id,
      given_parent: parent_id,
      place: at + 1,
    })),
  )
  const rows = await database.rows<RowResult | { row: null }>(sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)},
    ${rowsOfFile(caller, given)}
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
        row_number() over (order by level, place) as turn,
        sum(${tasks.bytesOf('next')}) over (order by level, place) as size
      from next
      where violation is null and id not in (select id from existing)
    ),
    judged as materialized (
      select fresh.*, ${quotaViolation(quota, USAGE)} as excess
      from fresh
      cross join user_version
    ),
    fitting as (
      select judged.*, row_number() over (order by place) as order_turn
      from judged
      where excess is null
    ),
    subtasks as (
      select
        parent_id as under,
        count(*) filter (where not completed)::int as open,
        count(*) filter (where completed)::int as done
      from fitting
      where parent_id is not null and trashed_at is null
      group by parent_id
    ),
    changed as (
      select user_version.user_id, counted.*
      from user_version
      cross join (select count(*) as tasks, max(size) as bytes from fitting) counted
      where counted.tasks > 0
    ),
    ${readMembers(MEMBERS)}
    ${advanced(caller, 'changed', {
      count: versionCount(MEMBERS, sql.fragment`changed.tasks`),
      growth: GROWTH,
    })},
    ${writtenMembers(caller, MEMBERS, sql.fragment`(select tasks from changed)`)}
    created as (
      insert into tasks (
        user_id, id, version, placed_version, ${tasks.inserted.columns}, level, series_id,
        subtasks_open, subtasks_done, position, trashed_at, created_at, updated_at
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
        case when recurrence is not null then id end,
        coalesce(subtasks.open, 0),
        coalesce(subtasks.done, 0),
        position_at_bottom(version - changed.tasks + order_turn),
        case when trashed_at is not null then at end,
        least(coalesce(created_at, updated_at), at),
        least(updated_at, at)
      from advanced
      cross join changed
      cross join fitting
      left join subtasks on subtasks.under = fitting.id
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
