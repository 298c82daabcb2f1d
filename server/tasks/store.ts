import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import type { Position } from './cursor.ts'

type Task = components['schemas']['Task']
type TaskUpdate = components['schemas']['TaskUpdate']

/** Counting stops here: a reader of the list wants "many", not the exact number at the price of reading all. */
export const COUNT_LIMIT = 1_000

// Every function answers undefined when the caller's session has ended.

const task = sql.fragment`
  id, user_id, title, description, completed_at is not null as completed, completed_at, created_at, updated_at, '"' || version || '"' as etag`

const columns = sql.fragment`
  tasks.user_id, tasks.id, tasks.version, tasks.title, tasks.description, tasks.completed_at, tasks.created_at, tasks.updated_at`

/** A page of tasks after `after`, newest first, with one more than `limit` when there are more; `total` is counted up to one over the limit. */
export async function selectTaskPage(database: Database, caller: Caller, after: Position | undefined, limit: number, count: boolean) {
  const rows = await database.rows<(Task | { id: null }) & { total: number | null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select page.*,
      ${count ? sql.fragment`(select count(*)::int from (select from tasks join live using (user_id) limit ${COUNT_LIMIT + 1}) counted)` : sql.fragment`null`} as total
    from live
    left join lateral (
      select ${task} from tasks
      where tasks.user_id = live.user_id
        ${after ? sql.fragment`and (created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)` : sql.fragment``}
      order by created_at desc, id desc limit ${limit + 1}
    ) page on true`)
  if (!rows[0]) return undefined
  return { total: rows[0].total, tasks: rows.flatMap(({ total, ...row }) => (row.id === null ? [] : row)) }
}

export async function selectTask(database: Database, caller: Caller, id: string): Promise<{ task: Task | undefined } | undefined> {
  const [row] = await database.rows<Task | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live
    left join lateral (select ${task} from tasks where tasks.user_id = live.user_id and id = ${id}::uuid) found on true`)
  return row && { task: row.id === null ? undefined : row }
}

export async function insertTask(database: Database, caller: Caller, id: string, fields: components['schemas']['TaskCreate']): Promise<Task | undefined> {
  const [row] = await database.rows<Task>(sql.unsafe`
    with ${liveCaller(caller)},
    clock as (
      insert into task_clock (user_id, version) select user_id, 1 from live
      on conflict (user_id) do update set version = task_clock.version + 1
      returning user_id, version
    )
    insert into tasks (user_id, id, version, title, description, completed_at, created_at, updated_at)
    select user_id, ${id}::uuid, version, ${fields.title}, ${fields.description ?? null},
      case when ${fields.completed ?? false} then now() end, now(), now() from clock
    returning ${task}`)
  return row
}

/** What became of a write: `found` false when there is no such task, `matched` false when If-Match names other versions. */
export type Written = { found: false } | { found: true; matched: boolean; task: Task }

/** Writes the members of `change` that are there. What changes nothing does not advance the clock. */
export async function updateTask(database: Database, caller: Caller, id: string, change: TaskUpdate, ifMatch: string[] | null): Promise<Written | undefined> {
  return write(
    database,
    caller,
    id,
    ifMatch,
    sql.fragment`
    case when ${change.title !== undefined} then ${change.title ?? null} else title end as title,
    case when ${change.description !== undefined} then ${change.description ?? null} else description end as description,
    case when ${change.completed ?? null}::boolean is null then completed_at
         when ${change.completed ?? null}::boolean then coalesce(completed_at, now()) end as completed_at`,
  )
}

/** Completes an open task and opens a completed one. */
export async function toggleTask(database: Database, caller: Caller, id: string, ifMatch: string[] | null): Promise<Written | undefined> {
  return write(
    database,
    caller,
    id,
    ifMatch,
    sql.fragment`
    title, description, case when completed_at is null then now() end as completed_at`,
  )
}

// The row is locked first and the clock last, everywhere: no deadlock, and what is compared is what is written over.
async function write(
  database: Database,
  caller: Caller,
  id: string,
  ifMatch: string[] | null,
  next: ReturnType<typeof sql.fragment>,
): Promise<Written | undefined> {
  const [row] = await database.rows<Task & { found: boolean; matched: boolean }>(sql.unsafe`
    with ${liveCaller(caller)}, ${lockedTask(id, ifMatch)},
    next as (select user_id, id, ${next} from target where matched),
    changed as (
      select next.* from next join target using (user_id, id)
      where (next.title, next.description, next.completed_at) is distinct from (target.title, target.description, target.completed_at)
    ),
    clock as (
      update task_clock set version = task_clock.version + 1 from changed
      where task_clock.user_id = changed.user_id returning task_clock.version
    ),
    written as (
      update tasks set version = clock.version, title = changed.title, description = changed.description,
        completed_at = changed.completed_at, updated_at = greatest(now(), tasks.updated_at)
      from changed, clock where tasks.user_id = changed.user_id and tasks.id = changed.id
      returning ${columns}
    ),
    latest as (select * from written union all select ${columns} from target as tasks where not exists (select from written))
    select latest.id is not null as found, target.matched, result.* from live
    left join target on true left join latest on true
    left join lateral (select ${task} from latest) result on true`)
  return row && (row.found ? outcome(row) : { found: false })
}

export async function deleteTask(database: Database, caller: Caller, id: string, ifMatch: string[] | null): Promise<Written | undefined> {
  const [row] = await database.rows<Task & { found: boolean; matched: boolean }>(sql.unsafe`
    with ${liveCaller(caller)}, ${lockedTask(id, ifMatch)},
    clock as (
      update task_clock set version = task_clock.version + 1 from target
      where task_clock.user_id = target.user_id and target.matched
    ),
    gone as (delete from tasks using target where tasks.user_id = target.user_id and tasks.id = target.id and target.matched)
    select target.id is not null as found, target.matched, result.* from live
    left join target on true
    left join lateral (select ${task} from target) result on true`)
  return row && (row.found ? outcome(row) : { found: false })
}

function lockedTask(id: string, ifMatch: string[] | null) {
  return sql.fragment`
    locked as (
      select ${columns}
      from tasks join live on tasks.user_id = live.user_id where tasks.id = ${id}::uuid for no key update of tasks
    ),
    target as (
      select *, ${ifMatch === null ? sql.fragment`true` : sql.fragment`'"' || version || '"' = any(${sql.array(ifMatch, 'text')})`} as matched from locked
    )`
}

function outcome({ found, matched, ...row }: Task & { found: boolean; matched: boolean }): Written {
  return { found: true, matched, task: row }
}
