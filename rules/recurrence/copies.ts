import { type Recurrence, withCount } from './rule.ts'
import { existing, idOfCopy, type Next, shifted } from './series.ts'

/** What the tasks of a series have in common, and the copies of a subtask with it. */
interface Kept {
  title: string
  description: string | null
  due_time_zone: string | null
  priority: 'none' | 'low' | 'medium' | 'high'
  labels: string[]
}
interface Placed {
  list_id: string | null
  parent_id: string | null
}
interface Subtask extends Kept {
  id: string
  next_task_id?: string | null
  parent_id: string | null
  completed: boolean
  starts_on: string | null
  due_date: string | null
  due_time: string | null
  recurrence: Recurrence | null
}

/** What the next task of a series has from the one before. */
export const keptBySeries = (task: Kept & Placed): Kept & Placed => ({
  title: task.title,
  description: task.description,
  list_id: task.list_id,
  parent_id: task.parent_id,
  due_time_zone: task.due_time_zone,
  priority: task.priority,
  labels: task.labels,
})

/** Without those that another task of their own series follows, and what is under them. */
function lasting(subtasks: readonly Subtask[]): readonly Subtask[] {
  const left = new Set(subtasks.flatMap(({ id, next_task_id }) => (next_task_id ? id : [])))
  // A parent stands before its own.
  for (const { id, parent_id } of subtasks) if (left.has(parent_id ?? '')) left.add(id)
  return subtasks.filter(({ id }) => !left.has(id))
}

/**
 * The subtasks of the next task of a series: copies of those of the task before, all of them open,
 * each due as many days later.
 *
 * @param from the id of the task before
 * @param subtasks its own, of all levels
 */
export function copiesUnder(
  { id: nextId, days }: Pick<Next, 'id' | 'days'>,
  from: string,
  subtasks: readonly Subtask[],
): Subtask[] {
  const copied = (id: string | null) => (id === null || id === from ? nextId : idOfCopy(nextId, id))
  const later = (day: string | null) => shifted(day, days)
  const dueOf = ({ due_date, due_time, due_time_zone }: Subtask) => {
    const date = later(due_date)
    return date === null ? { date, time: null } : existing(date, due_time, due_time_zone)
  }
  return lasting(subtasks).map((subtask) => ({
    id: copied(subtask.id),
    parent_id: copied(subtask.parent_id),
    title: subtask.title,
    description: subtask.description,
    completed: false,
    starts_on: later(subtask.starts_on),
    due_date: dueOf(subtask).date,
    due_time: dueOf(subtask).time,
    due_time_zone: subtask.due_time_zone,
    // What recurs needs a date.
    recurrence: dueOf(subtask).date === null ? null : subtask.recurrence,
    priority: subtask.priority,
    labels: subtask.labels,
  }))
}

/**
 * Whether nothing was done with the next task of a series since it was created, nor with its
 * subtasks.
 *
 * @param task the one before, with the subtasks `all`
 * @param next with the subtasks `copies`
 */
export function isUntouched(
  task: Subtask & Placed,
  all: readonly Subtask[],
  next: Subtask & Placed,
  copies: readonly Subtask[],
): boolean {
  const own = lasting(all)
  const originals = new Map(own.map((each) => [idOfCopy(next.id, each.id), each]))
  return (
    !next.completed &&
    next.list_id === task.list_id &&
    next.parent_id === task.parent_id &&
    contentOf(next) === contentOf(task) &&
    copies.length === own.length &&
    copies.every((copy) => {
      const original = originals.get(copy.id)
      return original && !copy.completed && contentOf(copy) === contentOf(original)
    })
  )
}

const contentOf = ({ recurrence, ...task }: Subtask) =>
  JSON.stringify([
    task.title,
    task.description,
    task.due_time_zone,
    task.priority,
    task.labels,
    recurrence && [recurrence.from, recurrence.missed, withCount(recurrence.rule, 1)],
  ])
