import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import { liveCaller, sql } from '../../database/live-caller.ts'
import { earlierAnswer, keptAnswer, type Once } from '../../resource/idempotency.ts'
import { heldClock, tick } from '../../resource/version.ts'
import type { Fault } from '../fault.ts'
import { CHANGEABLE, CONTENT, columns, columnsOf, task } from '../fields.ts'
import { moveBetween } from './manual-order.ts'
import { bytesOf, type Quota, quotaFault, usedMore } from './quota.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Fragment = ReturnType<typeof sql.fragment>

// Every function answers undefined when the caller's session has ended.

export async function selectTask(
  database: Pick<Database, 'read'>,
  caller: Caller,
  id: string,
): Promise<{ task: Task | undefined } | undefined> {
  const [row] = await database.read<Task | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live
    left join lateral (select ${task} from tasks where tasks.user_id = live.user_id and id = ${id}::uuid and state <> 'trashed') found on true`)
  return row && { task: row.id === null ? undefined : row }
}

/**
 * What became of a write. `replayed`: it was done before under this key, with this status, and left
 * the task like this.
 */
export type Written =
  | { outcome: 'key_reused' }
  | { outcome: 'refused'; fault: Fault }
  | { outcome: 'done' | 'replayed'; status: number; task: Task }
export type Created = Written | { outcome: 'taken' }
export type Changed = Written | { outcome: 'missing' } | { outcome: 'stale'; task: Task }

/**
 * What a write must meet: the versions of `If-Match`, null for any, and the key it is done once
 * under.
 */
export interface Guard {
  ifMatch: string[] | null
  once: Once | undefined
}

/**
 * Creates it, at the bottom of the manual order, where the quota leaves room. Where a task with
 * this id is, the same content is done (200), other content `taken`.
 */
export async function insertTask(
  database: Statements,
  caller: Caller,
  id: string,
  fields: Omit<Schemas['TaskCreate'], 'id'>,
  request: Once | undefined,
  quota: Quota,
): Promise<Created | undefined> {
  const [row] = await database.rows<Row<Created>>(sql.unsafe`
    with ${liveCaller(caller)}, ${heldClock}, ${earlierAnswer(request)},
    draft as (
      select ${fields.title}::text as title, ${fields.description ?? null}::text as description, ${fields.completed ?? false}::boolean as completed,
        ${fields.due_date ?? null}::date as due_date, ${fields.due_time ?? null}::time as due_time, ${fields.due_time_zone ?? null}::text as due_time_zone,
        ${fields.priority ?? 'none'}::task_priority as priority, unique_labels(${sql.array(fields.labels ?? [], 'text')}) as labels
      from held where not exists (select from earlier)
    ),
    next as (
      select draft.*, size, coalesce(${quotaFault(quota, { tasks: sql.fragment`1`, bytes: sql.fragment`size` })}, due_fault(due_date, due_time, due_time_zone)) as fault
      from draft cross join held cross join lateral (select ${bytesOf('draft')} as size) sized
    ),
    there as (select completed_at is not null as completed, ${columns} from tasks join held using (user_id) where id = ${id}::uuid and not exists (select from earlier)),
    clock as (
      update task_clock set ${tick}, ${usedMore({ tasks: sql.fragment`1`, bytes: sql.fragment`next.size` })} from held, next
      where task_clock.user_id = held.user_id and fault is null and not exists (select from there)
      returning task_clock.user_id, task_clock.version, task_clock.at
    ),
    created as (
      insert into tasks (user_id, id, version, title, description, completed_at, due_date, due_time, due_time_zone, priority, labels, position, created_at, updated_at)
      select user_id, ${id}::uuid, version, title, description, case when completed then at end,
        due_date, due_time, due_time_zone, priority, labels, position_between(null, null, version), at, at
      from clock, next
      returning ${columns}
    ),
    -- Whoever hears of it anew need not hear that it was gone.
    returned as (delete from purged_tasks using created where purged_tasks.user_id = created.user_id and purged_tasks.id = created.id),
    same as (select there.id from there, next where (${columnsOf('there', CONTENT)}) is not distinct from (${columnsOf('next', CONTENT)})),
    latest as (
      select * from created union all select * from replayed
      union all select ${columns} from there as tasks
    )${keptAnswer(
      request,
      sql.fragment`
      select case when exists (select from created) then 201 else 200 end as status, to_json(latest) as answer
      from latest where exists (select from created) or exists (select from same)`,
    )}
    select ${kept}
        when exists (select from created) or exists (select from same) then 'done'
        when exists (select from there) then 'taken'
        else 'refused' end as outcome,
      coalesce(earlier.status, case when exists (select from created) then 201 else 200 end) as status, next.fault, result.*
    from held left join earlier on true left join next on true
    left join lateral (select ${task} from latest) result on true`)
  return row && written(row)
}

/**
 * Writes the members of `change` that are there. What changes nothing does not advance the clock.
 */
export async function updateTask(
  database: Statements,
  caller: Caller,
  id: string,
  change: Schemas['TaskUpdate'],
  guard: Guard,
  quota: Quota,
): Promise<Changed | undefined> {
  const { completed } = change
  const completedAt = sql.fragment`
    case when ${completed ?? null}::boolean is null then completed_at when ${completed ?? null}::boolean then coalesce(completed_at, now()) end as completed_at`
  const next = sql.join(
    [
      member('title', change.title, 'text'),
      member('description', change.description, 'text'),
      completedAt,
      member('due_date', change.due_date, 'date'),
      member('due_time', change.due_time, 'time'),
      member('due_time_zone', change.due_time_zone, 'text'),
      member('priority', change.priority, 'task_priority'),
      sql.fragment`case when ${change.labels !== undefined} then unique_labels(${sql.array(change.labels ?? [], 'text')}) else labels end as labels`,
    ],
    sql.fragment`, `,
  )
  return write(database, caller, id, guard, {
    next: sql.fragment`
      select next.*, grown, coalesce(${quotaFault(quota, { tasks: sql.fragment`0`, bytes: sql.fragment`grown` })}, due_fault(due_date, due_time, due_time_zone)) as fault
      from (select user_id, id, ${bytesOf('target')} as before, ${next} from target where matched) next
      cross join held cross join lateral (select ${bytesOf('next')} - before as grown) growth`,
    grown: sql.fragment`changed.grown`,
    differs: sql.fragment`(${columnsOf('next', CHANGEABLE)}) is distinct from (${columnsOf('target', CHANGEABLE)})`,
    assignments: sql.join(
      CHANGEABLE.map(
        (name) => sql.fragment`${sql.identifier([name])} = ${sql.identifier(['changed', name])}`,
      ),
      sql.fragment`, `,
    ),
  })
}

/** Completes an open task and opens a completed one. */
export async function toggleTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<Changed | undefined> {
  return write(database, caller, id, guard, {
    next: sql.fragment`select user_id, id, null::text as fault, case when completed_at is null then now() end as completed_at from target where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`completed_at = changed.completed_at`,
  })
}

/** Puts it between its new neighbours, unless it is there already. */
export async function moveTask(
  database: Statements,
  caller: Caller,
  id: string,
  to: Schemas['TaskMove'],
  guard: Guard,
): Promise<Changed | undefined> {
  return write(database, caller, id, guard, moveBetween(to))
}

/** Moves it to the trash. */
export async function deleteTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<Changed | undefined> {
  return write(database, caller, id, guard, {
    next: sql.fragment`select user_id, id, null::text as fault from target where matched`,
    differs: sql.fragment`true`,
    assignments: sql.fragment`trashed_at = clock.at`,
    status: 204,
  })
}

/** Brings it back from the trash, unless it is not there. */
export async function restoreTask(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
): Promise<Changed | undefined> {
  return write(database, caller, id, guard, {
    next: sql.fragment`select user_id, id, null::text as fault from target where matched`,
    differs: sql.fragment`trashed_at is not null`,
    assignments: sql.fragment`trashed_at = null`,
    reachesTrash: true,
  })
}

/** A member of a merge patch: absent keeps what is there. */
function member(
  name: string,
  value: string | null | undefined,
  type: 'text' | 'date' | 'time' | 'task_priority',
) {
  const column = sql.identifier([name])
  return sql.fragment`case when ${value !== undefined} then ${value ?? null}::${sql.identifier([type])} else ${column} end as ${column}`
}

interface Change {
  /** The row `next` with `fault`, from `target where matched`. */
  next: Fragment
  /** Whether `next` is not what is there. */
  differs: Fragment
  /** From `changed` and `clock`. */
  assignments: Fragment | ReturnType<typeof sql.join>
  /** Bytes that the task takes more than before; absent: none. */
  grown?: Fragment
  /** Of the answer. */
  status?: 200 | 204
  /** Whether a task in the trash is there at all. */
  reachesTrash?: boolean
}

// The clock is held first, then the row is locked, then the key is kept, everywhere: who waits
// holds nothing that is waited for, and what is compared is what is written over.
async function write(
  database: Statements,
  caller: Caller,
  id: string,
  guard: Guard,
  { next, differs, assignments, grown, status = 200, reachesTrash = false }: Change,
): Promise<Changed | undefined> {
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${heldClock}, ${earlierAnswer(guard.once)}, ${lockedTask(id, guard.ifMatch, reachesTrash)},
    next as (${next}),
    changed as (select next.* from next join target using (user_id, id) where fault is null and ${differs}),
    clock as (
      update task_clock set ${tick}${grown ? sql.fragment`, ${usedMore({ tasks: sql.fragment`0`, bytes: grown })}` : sql.fragment``} from changed
      where task_clock.user_id = changed.user_id returning task_clock.version, task_clock.at
    ),
    written as (
      update tasks set version = clock.version, updated_at = clock.at, ${assignments}
      from changed, clock where tasks.user_id = changed.user_id and tasks.id = changed.id
      returning ${columns}
    ),
    latest as (
      select * from written union all select * from replayed
      union all select ${columns} from target as tasks where not exists (select from written)
    )${keptAnswer(guard.once, sql.fragment`select ${status}::int as status, to_json(latest) as answer from latest, next where fault is null`)}
    select ${kept}
        when target.id is null then 'missing'
        when not target.matched then 'stale'
        when next.fault is not null then 'refused'
        else 'done' end as outcome,
      coalesce(earlier.status, ${status}) as status, next.fault, result.*
    from held left join earlier on true left join target on true left join next on true
    left join lateral (select ${task} from latest) result on true`
  const attempt = async () => {
    const [row] = await database.rows<Row<Changed>>(statement)
    return row && written(row)
  }
  const first = await attempt()
  // It may have waited for the very request that it repeats, and then found what that left: only
  // the next look sees the answer that was kept.
  const isRefused = first && first.outcome !== 'done' && first.outcome !== 'replayed'
  return guard.once && isRefused ? attempt() : first
}

function lockedTask(id: string, ifMatch: string[] | null, reachesTrash: boolean) {
  return sql.fragment`
    locked as (
      select ${columns} from tasks join held on tasks.user_id = held.user_id
      where tasks.id = ${id}::uuid ${reachesTrash ? sql.fragment`` : sql.fragment`and state <> 'trashed'`} and not exists (select from earlier) for no key update of tasks
    ),
    target as (
      select *, ${ifMatch === null ? sql.fragment`true` : sql.fragment`'"' || version || '"' = any(${sql.array(ifMatch, 'text')})`} as matched from locked
    )`
}

type Row<Result extends { outcome: string }> = Task & {
  outcome: Result['outcome']
  status: number
  fault: Fault | null
}

/** The start of every outcome: what was kept under the key comes before all else. */
const kept = sql.fragment`case when earlier.is_same then 'replayed' when not earlier.is_same then 'key_reused'`

/** All there is to know of it; the outcome says what of that is there. */
function written<Result extends { outcome: string }>({
  outcome,
  status,
  fault,
  ...task
}: Row<Result>): Result {
  return { outcome, status, fault, task } as unknown as Result
}
