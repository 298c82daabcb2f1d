import { copiesUnder, isUntouched, keptBySeries } from '../../../rules/recurrence/copies.ts'
import { dueText, halfAnHourLater, type Next } from '../../../rules/recurrence/series.ts'
import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { selectResource } from '../../resource/select.ts'
import { purgeTrashed } from '../../resource/write/empty-trash.ts'
import { TEXT_LIMIT } from '../../resource/write/members.ts'
import { moveResource } from '../../resource/write/move.ts'
import { PURGE_LIMIT } from '../../resource/write/purge.ts'
import type { Quota } from '../../resource/write/quota.ts'
import { tasks } from '../fields.ts'
import { selectSubtasks } from '../query/select-subtasks.ts'
import { insertTask } from './insert-task.ts'
import { insertTasks } from './insert-tasks.ts'
import { deleteTask, restoreTask } from './trash-task.ts'
import { TREE_LIMIT } from './tree.ts'

type Task = components['schemas']['Task']

const UNGUARDED = { ifMatch: null, key: undefined }

/** Half hours that the clocks of a time zone skip at most, but for whole days. */
const MOST_SKIPPED = 4

/**
 * Writes the next task of a series, a little later where its time does not exist: the database may
 * know other changes of the clocks than this process does.
 */
export async function atExistingTime<Written extends { outcome: string } | undefined>(
  next: Next,
  write: (next: Next) => Promise<Written>,
): Promise<Written> {
  let at = next
  for (let tries = 0; ; tries += 1) {
    const written = await write(at)
    const isSkipped =
      written !== undefined && 'violation' in written && written.violation === 'time_skipped'
    if (!isSkipped || tries === MOST_SKIPPED) return written
    at = halfAnHourLater(at)
  }
}

/**
 * Creates the next task of a series, or takes it out of the trash.
 *
 * @returns the rule that it violates; undefined where it is there now
 */
export async function createNext(
  statements: Statements,
  caller: Caller,
  task: Task,
  seriesId: string,
  next: Next,
  quota: Quota,
): Promise<string | undefined> {
  const { id } = next
  const created = await atExistingTime(next, ({ id, days, series_time, ...dates }) => {
    const content = { ...keptBySeries(task), ...dates }
    const series = { id: seriesId, time: series_time }
    return insertTask(statements, caller, id, content, undefined, quota, series)
  })
  if (created?.outcome === 'refused') return created.violation
  if (created?.outcome !== 'done' || created.status !== 201) {
    await restoreTask(statements, caller, id, UNGUARDED)
    return undefined
  }
  await moveResource(statements, caller, tasks, id, { after: task.id }, UNGUARDED)
  return copySubtasks(statements, caller, task.id, next, quota)
}

/** Puts copies of the subtasks of a task under the next one, all of them open. */
async function copySubtasks(
  statements: Statements,
  caller: Caller,
  from: string,
  next: Next,
  quota: Quota,
): Promise<string | undefined> {
  const subtasks = (await selectSubtasks(statements, caller, from, TREE_LIMIT + 1)) ?? []
  if (subtasks.length === 0) return undefined
  const size = Buffer.byteLength(
    JSON.stringify(subtasks.map(({ title, description, labels }) => [title, description, labels])),
  )
  if (subtasks.length > TREE_LIMIT || size > TEXT_LIMIT) return 'too_many_subtasks'
  const rows = copiesUnder(next, from, subtasks).map((copy, index) => ({ ...copy, row: index + 1 }))
  const results = (await insertTasks(statements, caller, rows, quota)) ?? []
  const violations = new Map(
    results.map((result) => [result.row, 'violation' in result ? result.violation : undefined]),
  )
  const isTimeless = (row: number) => violations.get(row) === 'time_skipped'
  if (!rows.some(({ row }) => isTimeless(row)))
    return [...violations.values()].find((violation) => violation)
  // Where only the database knows that their time is skipped, they are due on the day.
  const others = rows.map((copy) =>
    isTimeless(copy.row) ? { ...copy, due_time: null, due_time_zone: null } : copy,
  )
  const again = (await insertTasks(statements, caller, others, quota)) ?? []
  return again.flatMap((result) => ('violation' in result ? result.violation : []))[0]
}

/** Deletes the next task for good, where nothing was done with it or its subtasks. */
export async function deleteUntouched(
  statements: Statements,
  caller: Caller,
  task: Task,
  { id: nextId, due }: { id: string; due: string },
): Promise<void> {
  const [found, own = [], copies = []] = [
    await selectResource<Task>({ read: statements.rows }, caller, tasks, nextId),
    await selectSubtasks(statements, caller, task.id, TREE_LIMIT + 1),
    await selectSubtasks(statements, caller, nextId, TREE_LIMIT + 1),
  ]
  const next = found?.value
  if (!next || dueText(next) !== due || !isUntouched(task, own, next, copies)) return
  const trashed = await deleteTask(statements, caller, nextId, UNGUARDED)
  if (trashed?.outcome !== 'done') return
  const ids = [nextId, ...copies.map(({ id }) => id)]
  for (let purged = 0; purged < ids.length; purged += PURGE_LIMIT)
    await purgeTrashed(statements, caller, tasks, ids)
}
