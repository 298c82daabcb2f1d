import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { liveCaller, sql } from '../../database/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { isKnown } from '../../resource/version.ts'
import { task } from '../fields.ts'

type Task = components['schemas']['Task']

/** Up to where a copy knows what has happened. */
export interface Progress {
  /** Of the database, renewed when that is restored from a backup. */
  epoch: string
  version: number
  /** Where the clock stood when the copy was begun: what was purged before that, it never had. */
  begun: number
}

export interface Clock {
  epoch: string
  version: number
  /** Purges up to this version are no longer known. */
  forgotten: number
  /** Whether this is none of the versions that are no news. */
  changed: boolean
}

/**
 * Where the user's clock stands, and what has happened after `since`, up to `limit` tasks, in
 * order; undefined when the caller's session has ended.
 */
export async function selectTaskChanges(
  database: Database,
  caller: Caller,
  { since, limit, unchanged }: { since: Progress | undefined; limit: number; unchanged: Unchanged },
): Promise<
  { clock: Clock; changes: { task_id: string; version: number; task: Task | null }[] } | undefined
> {
  const after = since?.version ?? 0
  const rows = await database.read<
    Task & { clock: Clock; change: { task_id: string; version: number } | null }
  >(sql.unsafe`
    with ${liveCaller(caller)},
    clock as (select user_id, version, epoch, forgotten, not ${isKnown(unchanged)} as changed from live join task_clock using (user_id))
    select to_jsonb(clock) - 'user_id' as clock, to_jsonb(change) as change, found.* from clock
    left join lateral (
      select * from (
        (select id as task_id, version from tasks
          where tasks.user_id = clock.user_id and tasks.user_id = ${caller.userId}::uuid and changed and version > ${after}::bigint order by version limit ${limit})
        union all
        (select id, version from purged_tasks
          where purged_tasks.user_id = clock.user_id and purged_tasks.user_id = ${caller.userId}::uuid and changed and ${since !== undefined} and version > ${after}::bigint
          order by version limit ${limit})
      ) either order by version limit ${limit}
    ) change on true
    left join lateral (select ${task} from tasks where tasks.user_id = clock.user_id and tasks.id = change.task_id) found on true
    order by change.version`)
  const [first] = rows
  return (
    first && {
      clock: first.clock,
      changes: rows.flatMap(({ clock, change, ...row }) =>
        change ? [{ ...change, task: row.id === null ? null : row }] : [],
      ),
    }
  )
}
