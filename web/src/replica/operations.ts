import type { Task, TaskMove, TaskOperation, TaskUpdate } from '@docket/sdk'
import { between, indexIn, orderOf, replace } from './position.ts'

export type Tasks = Map<string, Task>

/** The id of the task that an operation is about. */
export const targetOf = (operation: TaskOperation): string =>
  operation.action === 'create' ? (operation.task.id ?? '') : operation.task_id

/** Whether a task has these values still. */
export const holds = (task: Task | undefined, values: TaskUpdate): boolean =>
  task !== undefined &&
  Object.entries(values).every(([member, value]) => isSame(memberOf(task, member), value))

export const memberOf = (values: object, member: string): unknown =>
  Object.entries(values).find(([name]) => name === member)?.[1]

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Applies to the tasks on this device what the server will do. An operation on a task that does not
 * exist here has no effect.
 */
export function apply(
  tasks: Tasks,
  operation: TaskOperation,
  { at, userId }: { at: string; userId: string },
): void {
  const id = targetOf(operation)
  const task = tasks.get(id)
  if (operation.action === 'create') {
    if (!task) replace(tasks, created(tasks, operation.task, id, at, userId))
  } else if (task)
    replace(tasks, { ...task, ...changed(tasks, task, operation, at), updated_at: at })
}

type Creation = Extract<TaskOperation, { action: 'create' }>['task']

function created(tasks: Tasks, task: Creation, id: string, at: string, user_id: string): Task {
  const { completed = false } = task
  return {
    description: null,
    due_date: null,
    due_time: null,
    due_time_zone: null,
    priority: 'none',
    labels: [],
    ...task,
    id,
    user_id,
    completed,
    completed_at: completed ? at : null,
    position: between(orderOf(tasks).at(-1)?.position, undefined),
    trashed_at: null,
    created_at: at,
    updated_at: at,
    etag: '',
  }
}

/** The task that this creation would make. */
export const previewOf = (task: Creation): Task =>
  created(new Map(), task, '', new Date().toISOString(), '')

function changed(
  tasks: Tasks,
  task: Task,
  operation: Exclude<TaskOperation, { action: 'create' }>,
  at: string,
): Partial<Task> {
  switch (operation.action) {
    case 'update': {
      const { completed = task.completed } = operation.changes
      return { ...operation.changes, completed_at: completed ? (task.completed_at ?? at) : null }
    }
    case 'complete':
      return {
        completed: operation.completed,
        completed_at: operation.completed ? (task.completed_at ?? at) : null,
      }
    case 'move':
      return { position: placed(tasks, task, operation.place) }
    case 'delete':
      return { trashed_at: task.trashed_at ?? at }
    case 'restore':
      return { trashed_at: null }
  }
}

function placed(tasks: Tasks, task: Task, { before, after, to }: TaskMove): string {
  const order = orderOf(tasks)
  if (to === 'top')
    return order[0]?.id === task.id ? task.position : between(undefined, order[0]?.position)
  if (to === 'bottom')
    return order.at(-1)?.id === task.id ? task.position : between(order.at(-1)?.position, undefined)
  const anchor = tasks.get(before ?? after ?? '')
  if (!anchor) return task.position
  const at = indexIn(order, anchor)
  const next = order[before ? at - 1 : at + 1]
  if (next?.id === task.id) return task.position
  return before
    ? between(next?.position, anchor.position)
    : between(anchor.position, next?.position)
}

/** What a task has now in the members that a change names. */
export const valuesOf = (task: Task | undefined, changes: TaskUpdate): TaskUpdate =>
  Object.fromEntries(Object.keys(changes).map((member) => [member, memberOf(task ?? {}, member)]))

/** What takes an operation back. */
export function inverseOf(tasks: Tasks, operation: TaskOperation): TaskOperation {
  const task_id = targetOf(operation)
  const task = tasks.get(task_id)
  switch (operation.action) {
    case 'create':
      return { action: 'delete', task_id }
    case 'update': {
      return { action: 'update', task_id, changes: valuesOf(task, operation.changes) }
    }
    case 'complete':
      return { action: 'complete', task_id, completed: task?.completed ?? false }
    case 'move': {
      const order = orderOf(tasks)
      const above = task && order[indexIn(order, task) - 1]
      return { action: 'move', task_id, place: above ? { after: above.id } : { to: 'top' } }
    }
    case 'delete':
      return { action: 'restore', task_id }
    case 'restore':
      return { action: 'delete', task_id }
  }
}
