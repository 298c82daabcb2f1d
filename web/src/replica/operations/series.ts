import type { Task, TaskCreate, TaskUpdate } from '@docket/sdk'
import type * as Copies from '../../../../rules/recurrence/copies.ts'
import type * as Series from '../../../../rules/recurrence/series.ts'
import { between, orderOf, replace } from './position.ts'
import { below, count, subtasksOf } from './tree.ts'

type Tasks = Map<string, Task>

/** Loaded when a task that recurs is completed first; it is as large as half of the app. */
let rules: (typeof Series & typeof Copies) | undefined

/** Loads what tells the next date of a series. Without it the next task comes with the sync. */
export async function loadSeries(): Promise<void> {
  if (rules) return
  const parts = Promise.all([
    import('../../../../rules/recurrence/series.ts'),
    import('../../../../rules/recurrence/copies.ts'),
  ])
  rules = await parts.then(([series, copies]) => ({ ...series, ...copies })).catch(() => undefined)
}

/**
 * What completing or reopening a task does to its series, as the server will do it.
 *
 * @param day on which it is completed, by the clock of the person
 */
export function step(tasks: Tasks, before: Task, after: Task, day: string, at: string): void {
  if (!rules) return
  if (!before.completed && after.completed) forward(tasks, after, day, at)
  if (before.completed && !after.completed && before.next_task_id !== null)
    back(tasks, after, before.next_task_id, at)
}

/** A recurrence after a merge patch of it; its members in the order of the server. */
export const merged = (
  sent: TaskCreate['recurrence'],
  before: Task['recurrence'],
): Task['recurrence'] =>
  sent
    ? {
        rule: sent.rule,
        from: sent.from ?? before?.from ?? 'due',
        missed: sent.missed ?? before?.missed ?? 'skip',
      }
    : null

/** What skipping a date changes. */
export const SKIPPED: TaskUpdate = {
  due_date: null,
  due_time: null,
  starts_on: null,
  recurrence: null,
}

/** Never back: what is counted from the completion is counted from the date that is skipped. */
export const dayToSkip = ({ due_date }: Task, day: string): string =>
  due_date !== null && due_date > day ? due_date : day

/** What skipping a date makes of a task. */
export function skipped(task: Task, day: string): Partial<Task> {
  const next = task.completed ? undefined : nextOfTask(task, dayToSkip(task, day))
  if (!next) return {}
  const { starts_on, due_date, due_time, recurrence } = next
  return { starts_on, due_date, due_time, recurrence }
}

/** The next task of a series; undefined where it has ended, or nothing tells the date yet. */
export function nextOfTask({ recurrence, due_date, ...task }: Task, day: string) {
  if (!rules || !recurrence || due_date === null) return undefined
  return rules.nextOfSeries({ ...task, recurrence, due_date, series_time: null }, day)
}

function forward(tasks: Tasks, task: Task, day: string, at: string): void {
  const isLast = tasks.get(task.parent_id ?? '')?.completed === true
  const next = isLast ? undefined : nextOfTask(task, day)
  if (!rules || !next) return
  const series_id = task.series_id ?? task.id
  const { id, days, series_time: _, ...dates } = next
  replace(tasks, { ...task, next_task_id: id })
  const there = tasks.get(id)
  if (there) {
    if (there.trashed_at !== null) replace(tasks, { ...there, trashed_at: null, updated_at: at })
  } else {
    const order = orderOf(tasks)
    const above = order[order.findIndex((each) => each.id === task.id) + 1]
    const made = { user_id: task.user_id, created_at: at, updated_at: at, etag: '' }
    const open = { completed: false, completed_at: null, next_task_id: null, trashed_at: null }
    const none = { open: 0, done: 0 }
    const position = between(task.position, above?.position)
    replace(tasks, {
      ...{ ...task, ...made, ...open, ...dates, id, series_id, subtasks: none, position },
    })
    const own = below(subtasksOf(tasks), task.id).filter(({ trashed_at }) => trashed_at === null)
    const originals = new Map(own.map((each) => [rules?.idOfCopy(id, each.id), each]))
    for (const copy of rules.copiesUnder({ id, days }, task.id, own)) {
      const original = originals.get(copy.id) ?? task
      replace(tasks, { ...original, ...made, ...open, ...copy, subtasks: none })
    }
    count(
      tasks,
      subtasksOf(tasks),
      [id, ...originals.keys()].filter((each) => each !== undefined),
    )
  }
  if (task.parent_id !== null) count(tasks, subtasksOf(tasks), [task.parent_id])
}

/** The next task goes where nothing was done with it. */
function back(tasks: Tasks, task: Task, nextId: string, at: string): void {
  replace(tasks, { ...task, next_task_id: null })
  const next = tasks.get(nextId)
  if (!rules || !next || next.trashed_at !== null) return
  const children = subtasksOf(tasks)
  const live = (id: string) => below(children, id).filter(({ trashed_at }) => trashed_at === null)
  const copies = live(nextId)
  if (!rules.isUntouched(task, live(task.id), next, copies)) return
  for (const gone of [next, ...copies]) {
    // Out of the manual order first.
    replace(tasks, { ...gone, trashed_at: at })
    tasks.delete(gone.id)
  }
  if (next.parent_id !== null) count(tasks, subtasksOf(tasks), [next.parent_id])
}
