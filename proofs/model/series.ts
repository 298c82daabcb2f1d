import { expect } from 'vitest'
import { withCount } from '../../rules/recurrence/rule.ts'
import {
  dayIn,
  dueText,
  idOfCopy,
  type Next,
  nextOfSeries,
  shifted,
} from '../../rules/recurrence/series.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Side } from './commands.ts'
import { type Account, isTrashed, positioned } from './model.ts'
import { apply } from './tasks.ts'
import { below, countSubtasks, highestFirst, treeWrite } from './trees.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Recurrence = Schemas['Recurrence']

/**
 * What completing or reopening a task does to its series.
 *
 * @param before the task as it was
 */
export async function step(side: Side, before: Task, task: Task): Promise<void> {
  if (!before.completed && task.completed && task.recurrence) await forward(side, task)
  if (before.completed && !task.completed && before.next_task_id !== null)
    back(side.account, task, before.next_task_id)
}

async function forward(side: Side, task: Task): Promise<void> {
  const { account, person } = side
  const over = account.tasks.find(({ id }) => id === task.parent_id)
  const next = over?.completed
    ? undefined
    : nextOfSeries(
        {
          ...task,
          due_date: task.due_date as string,
          recurrence: task.recurrence as NonNullable<Recurrence>,
          series_time: null,
        },
        dayIn(Date.now(), task.due_time_zone),
      )
  Object.assign(task, { next_task_id: next?.id ?? null })
  if (!next) return
  account.nextDue.set(task.id, dueText(next))
  const read = async (id: string) => (await person.send<Task>(`${person.tasks}/${id}`)).body
  const there = account.tasks.find(({ id }) => id === next.id)
  const now = await read(next.id)
  if (there) {
    if (isTrashed(there))
      apply(
        account,
        treeWrite(account, there, { trashed_at: null }, 'restore'),
        'restore',
        there,
        now,
      )
    account.order = positioned(account)
    return
  }
  const parent = account.tasks.find(({ id }) => id === task.parent_id)
  account.version += parent ? 2 : 1
  const created = account.version
  const isLast = account.order.at(-1) === task.id
  if (!isLast) account.version += 1
  const copies = highestFirst(account, lasting(account, task.id)).map((original) =>
    copyOf(original, task.id, next),
  )
  // First the parent of the copies, then these.
  if (copies.length > 0) account.version += 1
  expect(now).toMatchObject({
    ...{ title: task.title, description: task.description, labels: task.labels },
    ...{ list_id: task.list_id, parent_id: task.parent_id, priority: task.priority },
    ...{ due_date: next.due_date, due_time: next.due_time, due_time_zone: task.due_time_zone },
    ...{ starts_on: next.starts_on, recurrence: next.recurrence, series_id: task.series_id },
    ...{ completed: false, next_task_id: null, etag: `"${account.version}"` },
  })
  account.tasks.push(now)
  for (const copy of copies) {
    account.version += 1
    const found = await read(copy.id as string)
    expect(found).toMatchObject({ ...copy, completed: false, etag: `"${account.version}"` })
    account.tasks.push(found)
  }
  if (parent)
    Object.assign(parent, {
      subtasks: countSubtasks(account, parent.id),
      updated_at: now.created_at,
      etag: `"${created - 1}"`,
    })
  account.order = positioned(account)
}

/** A copy of a subtask, under the next task of the series. */
function copyOf(original: Task, from: string, next: Next): Partial<Task> {
  const copied = (id: string | null) =>
    id === null || id === from ? next.id : idOfCopy(next.id, id)
  const later = (day: string | null) => shifted(day, next.days)
  const { title, description, labels, priority, due_time, due_time_zone, recurrence } = original
  return {
    ...{ id: copied(original.id), parent_id: copied(original.parent_id) },
    ...{ title, description, labels, priority, due_time, due_time_zone, recurrence },
    ...{ due_date: later(original.due_date), starts_on: later(original.starts_on) },
  }
}

/** What is below a task, without what another task of its own series follows. */
function lasting(account: Account, id: string): Task[] {
  const direct = account.tasks.filter(
    (each) => each.parent_id === id && !isTrashed(each) && each.next_task_id === null,
  )
  return [...direct, ...direct.flatMap((each) => lasting(account, each.id))]
}

/** Deletes the next task for good where it is as it was created. */
function back(account: Account, task: Task, nextId: string): void {
  Object.assign(task, { next_task_id: null })
  const next = account.tasks.find(({ id }) => id === nextId)
  if (!next || isTrashed(next)) return
  const live = (id: string) => below(account, id).filter((each) => !isTrashed(each))
  const copies = live(nextId)
  const originals = new Map(
    lasting(account, task.id).map((each) => [idOfCopy(nextId, each.id), each]),
  )
  const isUntouched =
    !next.completed &&
    dueText(next) === account.nextDue.get(task.id) &&
    next.list_id === task.list_id &&
    next.parent_id === task.parent_id &&
    contentOf(next) === contentOf(task) &&
    copies.length === originals.size &&
    copies.every((copy) => {
      const original = originals.get(copy.id)
      return original && !copy.completed && contentOf(copy) === contentOf(original)
    })
  if (!isUntouched) return
  const gone = [next, ...copies]
  const parent = account.tasks.find(({ id }) => id === next.parent_id)
  // They go to the trash, which their parent no longer counts, and from there for good.
  account.version += (parent ? 1 : 0) + 2 * gone.length
  account.tasks = account.tasks.filter((each) => !gone.includes(each))
  account.order = account.order.filter((id) => !gone.some((each) => each.id === id))
  if (parent)
    Object.assign(parent, {
      subtasks: countSubtasks(account, parent.id),
      etag: `"${account.version - 2 * gone.length}"`,
    })
}

const contentOf = (task: Task) =>
  JSON.stringify([
    ...[task.title, task.description, task.due_time_zone, task.priority],
    ...[
      task.labels,
      task.recurrence && { ...task.recurrence, rule: withCount(task.recurrence.rule, 1) },
    ],
  ])
