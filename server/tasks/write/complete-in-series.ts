import { addDays } from '../../../rules/day.ts'
import {
  dayIn,
  dueText,
  type Next,
  nextOfSeries,
  type Recurring,
} from '../../../rules/recurrence/series.ts'
import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import type { ChangeResult } from '../../resource/result.ts'
import { selectResource } from '../../resource/select.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { tasks } from '../fields.ts'
import { createNext, deleteUntouched } from './next-task.ts'
import type { SeriesStep } from './series-step.ts'

type Task = components['schemas']['Task']
type Result = ChangeResult<Task> | undefined

/** Completes or reopens a task. Without its step, a task of a series is refused. */
export type CompletingWrite = (statements: Statements, step?: SeriesStep) => Promise<Result>

/** A refusal by a rule; see `tasks.rules`. */
export const refused = (violation: string) => ({ outcome: 'refused' as const, violation })

/** Rolls the transaction back. */
export class Refused extends Error {
  readonly result: Result
  constructor(result: Result) {
    super('A task of a series was not written')
    this.result = result
  }
}

/**
 * Completes or reopens a task, and does what this means for its series, all or nothing: see
 * `completeInTransaction`. A task of no series takes one statement.
 */
export async function completeInSeries(
  database: Database,
  caller: Caller,
  completedOn: string | undefined,
  quota: Quota,
  write: CompletingWrite,
): Promise<Result> {
  if (isInFuture(completedOn)) return refused('day_in_future')
  const written = await write(database)
  if (!stepOf(written)) return written
  try {
    return await database.transaction(caller.userId, async (statements) => {
      const result = await completeInTransaction(statements, caller, completedOn, quota, write)
      if (result?.outcome === 'refused') throw new Refused(result)
      return result
    })
  } catch (error) {
    if (error instanceof Refused) return error.result
    throw error
  }
}

/**
 * The same in a transaction that holds the version of the user. Completing creates the next task of
 * the series, with the subtasks as open ones, unless that one exists already; one in the trash
 * comes back. Reopening deletes the next task where it is as it was created.
 *
 * @param completedOn the day by the clock of the person; absent: today in the time zone of the task
 */
export async function completeInTransaction(
  statements: Statements,
  caller: Caller,
  completedOn: string | undefined,
  quota: Quota,
  write: CompletingWrite,
): Promise<Result> {
  if (isInFuture(completedOn)) return refused('day_in_future')
  const written = await write(statements)
  const step = stepOf(written)
  if (!step) return written
  if ('reopens' in step) {
    const reopened = await write(statements, { next: null })
    if (reopened?.outcome === 'done')
      await deleteUntouched(statements, caller, reopened.value, step.reopens)
    return reopened
  }
  const next = await nextOf(statements, caller, step.recurs, completedOn)
  const completed = await write(statements, {
    next: next ? { id: next.id, due: dueText(next) } : null,
  })
  if (!next || completed?.outcome !== 'done') return completed
  const violation = await createNext(
    statements,
    caller,
    completed.value,
    step.recurs.series_id,
    next,
    quota,
  )
  return violation === undefined ? completed : refused(violation)
}

/** Undefined where the series ends: with its rule, or with a parent that is completed. */
async function nextOf(
  statements: Statements,
  caller: Caller,
  task: Recurred,
  completedOn: string | undefined,
): Promise<Next | undefined> {
  if (task.parent_id !== null) {
    const reader = { read: statements.rows }
    const parent = await selectResource<Task>(reader, caller, tasks, task.parent_id)
    if (parent?.value?.completed) return undefined
  }
  return nextOfSeries(task, completedOn ?? dayIn(Date.now(), task.due_time_zone))
}

/** Whether a day has begun nowhere on earth. */
export const isInFuture = (day: string | undefined) =>
  day !== undefined && day > addDays(dayIn(Date.now(), null), 1)

type Recurred = Recurring & { parent_id: string | null; series_id: string }

/** What a write said about the series of its task: see `seriesViolation`. */
function stepOf(
  written: Result,
): { recurs: Recurred } | { reopens: { id: string; due: string } } | undefined {
  if (written?.outcome !== 'refused') return undefined
  const [, rule, rest = ''] = /^(\w+) (.*)$/s.exec(written.violation) ?? []
  if (rule === 'recurs') return { recurs: JSON.parse(rest) }
  const [, id = '', due = ''] = /^(\S+) (.*)$/.exec(rest) ?? []
  return rule === 'reopens' ? { reopens: { id, due } } : undefined
}
