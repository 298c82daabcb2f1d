import { dayIn, nextOfSeries } from '../../../rules/recurrence/series.ts'
import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { IdempotencyKey } from '../../resource/idempotency/idempotency.ts'
import { idempotentTransaction } from '../../resource/idempotency/transaction.ts'
import { liveCaller, ownedBy } from '../../resource/live-caller.ts'
import type { ChangeResult } from '../../resource/result.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { tasks } from '../fields.ts'
import { isInFuture, Refused, refused } from './complete-in-series.ts'
import { atExistingTime } from './next-task.ts'
import { updateTask } from './update-task.ts'

type Task = components['schemas']['Task']
type Result = ChangeResult<Task> | undefined

export interface Skip {
  ifMatch: string[] | null
  /** The day by the clock of the person; absent: today in the time zone of the task. */
  skippedOn: string | undefined
}

/** Moves a task to the next date of its series, once for each key. */
export async function skipDate(
  database: Database,
  caller: Caller,
  id: string,
  skip: Skip,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<Result> {
  try {
    const skipped = await idempotentTransaction(database, caller, key, async (statements) => {
      const result = await skipInTransaction(statements, caller, id, skip, quota)
      if (result && result.outcome !== 'done') throw new Refused(result)
      return result?.value
    })
    if (!skipped || skipped.outcome === 'key_reused') return skipped
    return { outcome: skipped.outcome, status: 200, value: skipped.body }
  } catch (error) {
    if (error instanceof Refused) return error.result
    throw error
  }
}

/** The same in a transaction that holds the version of the user. */
export async function skipInTransaction(
  statements: Statements,
  caller: Caller,
  id: string,
  { ifMatch, skippedOn }: Skip,
  quota: Quota,
): Promise<Result> {
  if (isInFuture(skippedOn)) return refused('day_in_future')
  const found = await selectInSeries(statements, caller, id)
  if (!found) return undefined
  if (found.id === null) return { outcome: 'missing' }
  const { series_time, ...task } = found
  if (ifMatch && !ifMatch.includes(task.etag)) return { outcome: 'stale', value: task }
  const { recurrence, due_date } = task
  const recurring =
    recurrence && due_date !== null && !task.completed
      ? { ...task, recurrence, due_date, series_time }
      : undefined
  const today = skippedOn ?? dayIn(Date.now(), task.due_time_zone)
  // Never back: what is counted from the completion is counted from the date that is skipped.
  const next = recurring && nextOfSeries(recurring, laterOf(today, recurring.due_date))
  if (!next) return refused('nothing_to_skip')
  const unguarded = { ifMatch: null, key: undefined }
  return atExistingTime(next, ({ id: _, days, series_time, ...changes }) =>
    updateTask(statements, caller, id, changes, unguarded, quota, { time: series_time }),
  )
}

const laterOf = (a: string, b: string) => (a > b ? a : b)

/** A task that is not in the trash, with the time of its series; see `Recurring`. */
async function selectInSeries(
  statements: Statements,
  caller: Caller,
  id: string,
): Promise<(Task & { series_time: string | null }) | { id: null } | undefined> {
  const [row] = await statements.rows<(Task & { series_time: string | null }) | { id: null }>(
    sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select ${tasks.output}, to_char(series_time, 'HH24:MI') as series_time
      from tasks
      where ${ownedBy('caller', caller, 'tasks')}
        and id = ${id}::uuid
        and state <> 'trashed'
    ) found on true`,
  )
  return row
}
