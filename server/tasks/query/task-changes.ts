import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { liveCaller, ownedBy } from '../../resource/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { isUnchanged } from '../../resource/version.ts'
import { tasks } from '../fields.ts'

type Task = components['schemas']['Task']

/** How far a copy of the tasks has come. */
export interface Progress {
  /** Of the database, renewed when it is restored from a backup. */
  epoch: string
  version: number
  /** The version when the copy was begun: it never had what was purged before. */
  begun: number
}

export interface FeedState {
  epoch: string
  version: number
  /** Purges up to this version are no longer in the feed. */
  forgotten: number
  /** Whether this version is new to the client. */
  changed: boolean
}

/**
 * The user's version, and up to `limit` changes after `since`, in order. Undefined when the
 * caller's session has ended.
 */
export async function selectTaskChanges(
  database: Database,
  caller: Caller,
  { since, limit, unchanged }: { since: Progress | undefined; limit: number; unchanged: Unchanged },
): Promise<
  | { state: FeedState; changes: { task_id: string; version: number; task: Task | null }[] }
  | undefined
> {
  const after = since?.version ?? 0
  type Change = { task_id: string; version: number }
  const rows = await database.read<Task & { state: FeedState; change: Change | null }>(sql.unsafe`
    with ${liveCaller(caller)},
    user_version as (
      select user_id, version, epoch, forgotten, not ${isUnchanged(unchanged)} as changed
      from caller
      join user_versions using (user_id)
      where user_versions.user_id = ${caller.userId}::uuid
    )
    select to_jsonb(user_version) - 'user_id' as state, to_jsonb(change) as change, found.*
    from user_version
    left join lateral (
      select *
      from (
        (
          select id as task_id, version
          from tasks
          where ${ownedBy('user_version', caller)}
            and changed
            and tasks.version > ${after}::bigint
          order by tasks.version
          limit ${limit}
        )
        union all
        (
          select id, version
          from tombstones
          where ${ownedBy('user_version', caller, 'tombstones')}
            and changed
            and ${since !== undefined}
            and tombstones.version > ${after}::bigint
          order by tombstones.version
          limit ${limit}
        )
      ) either
      order by version
      limit ${limit}
    ) change on true
    left join lateral (
      select ${tasks.output}
      from tasks
      where ${ownedBy('user_version', caller)} and tasks.id = change.task_id
    ) found on true
    order by change.version`)
  const [first] = rows
  return (
    first && {
      state: first.state,
      changes: rows.flatMap(({ state, change, ...row }) =>
        change ? [{ ...change, task: row.id === null ? null : row }] : [],
      ),
    }
  )
}
