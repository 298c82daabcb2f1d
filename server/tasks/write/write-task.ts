import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from '../../resource/idempotency.ts'
import { liveCaller } from '../../resource/live-caller.ts'
import { lockedVersion, nextVersion } from '../../resource/version.ts'
import { columns, task } from '../fields.ts'
import { countUsage } from './quota.ts'
import {
  type ChangeResult,
  earlierOutcome,
  type ResultRow,
  replayedTask,
  resultOf,
} from './result.ts'

/** What a write must meet: the versions of `If-Match`, null for any, and its key. */
export interface Guard {
  ifMatch: string[] | null
  key: IdempotencyKey | undefined
}

interface Change {
  /** Selects `user_id`, `id`, `violation` and new values from `current where matched`. */
  next: Fragment
  /** Whether the row `next` differs from `current`. */
  differs: Fragment
  /** For `update tasks set`, from `changed` and `advanced`. */
  assignments: Fragment
  /** Bytes that the task takes more than before; absent: none. */
  growth?: Fragment
  /** Status of the response. */
  status?: 200 | 204
  /** Whether a task in the trash can be changed. */
  includesTrash?: boolean
}

/**
 * Changes one task. What differs in nothing takes no version.
 *
 * current: the row, locked, so that what is compared is what is written over. next: its new values.
 * changed: next, where it may be written and differs. advanced: the new version. written: the row
 * after the update. latest: the task of the response.
 */
export async function writeTask(
  database: Statements,
  caller: Caller,
  id: string,
  { key, ifMatch }: Guard,
  { next, differs, assignments, growth, status = 200, includesTrash = false }: Change,
): Promise<ChangeResult | undefined> {
  const usage = growth
    ? sql.fragment`, ${countUsage({ tasks: sql.fragment`0`, bytes: growth })}`
    : sql.fragment``
  const done = sql.fragment`
      select ${status}::int as status, to_json(latest) as response
      from latest, next
      where violation is null`
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${lockedVersion}, ${earlierResponse(key)}, ${replayedTask(key)},
    ${currentTask(id, ifMatch, includesTrash)},
    next as (${next}),
    changed as (
      select next.*
      from next
      join current using (user_id, id)
      where violation is null and ${differs}
    ),
    advanced as (
      update task_clock
      set ${nextVersion}${usage}
      from changed
      where task_clock.user_id = changed.user_id
      returning task_clock.version, task_clock.at
    ),
    written as (
      update tasks
      set version = advanced.version, updated_at = advanced.at, ${assignments}
      from changed, advanced
      where tasks.user_id = changed.user_id and tasks.id = changed.id
      returning ${columns}
    ),
    latest as (
      select * from written
      union all select * from replayed
      union all select ${columns} from current as tasks where not exists (select from written)
    )${keptResponse(key, done)}
    select
      case ${earlierOutcome}
        when current.id is null then 'missing'
        when not current.matched then 'stale'
        when next.violation is not null then 'refused'
        else 'done'
      end as outcome,
      coalesce(earlier.status, ${status}) as status,
      next.violation,
      result.*
    from locked_version
    left join earlier on true
    left join current on true
    left join next on true
    left join lateral (select ${task} from latest) result on true`
  const attempt = async () => {
    const [row] = await database.rows<ResultRow<ChangeResult>>(statement)
    return row && resultOf(row)
  }
  const first = await attempt()
  // The statement may have waited for the same request, sent earlier, and then found the task as
  // that request left it. Only a second statement sees the response that was kept.
  const isRefused = first && first.outcome !== 'done' && first.outcome !== 'replayed'
  return key && isRefused ? attempt() : first
}

function currentTask(id: string, ifMatch: string[] | null, includesTrash: boolean): Fragment {
  const inReach = includesTrash ? sql.fragment`true` : sql.fragment`state <> 'trashed'`
  const matched =
    ifMatch === null
      ? sql.fragment`true`
      : sql.fragment`'"' || version || '"' = any(${sql.array(ifMatch, 'text')})`
  return sql.fragment`
    locked as (
      select ${columns}
      from tasks
      join locked_version on tasks.user_id = locked_version.user_id
      where tasks.id = ${id}::uuid
        and ${inReach}
        and not exists (select from earlier)
      for no key update of tasks
    ),
    current as (select *, ${matched} as matched from locked)`
}
