import type { Operation, Task, TaskMove, TaskUpdate } from '@docket/sdk'
import { between, indexIn, orderOf, replace } from './position.ts'

export type Tasks = Map<string, Task>

/** The id of the task that an operation is about. */
export const targetOf = (operation: Operation): string =>
  operation.action === 'create_task' ? (operation.value.id ?? '') : operation.id

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
  operation: Operation,
  { at, userId }: { at: string; userId: string },
): void {
  const id = targetOf(operation)
  const task = tasks.get(id)
  if (operation.action === 'create_task') {
    if (!task) replace(tasks, created(tasks, operation.value, id, at, userId))
  } else if (task)
    replace(tasks, { ...task, ...changed(tasks, task, operation, at), updated_at: at })
}

type Creation = Extract<Operation, { action: 'create_task' }>['value']

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
  operation: Exclude<Operation, { action: 'create_task' }>,
  at: string,
): Partial<Task> {
  switch (operation.action) {
    case 'update_task': {
      const { completed = task.completed } = operation.changes
      return { ...operation.changes, completed_at: completed ? (task.completed_at ?? at) : null }
    }
    case 'complete_task':
      return {
        completed: operation.completed,
        completed_at: operation.completed ? (task.completed_at ?? at) : null,
      }
    case 'move_task':
      return { position: placed(tasks, task, operation.place) }
    case 'delete_task':
      return { trashed_at: task.trashed_at ?? at }
    case 'restore_task':
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
export function inverseOf(tasks: Tasks, operation: Operation): Operation {
  const id = targetOf(operation)
  const task = tasks.get(id)
  switch (operation.action) {
    case 'create_task':
      return { action: 'delete_task', id }
    case 'update_task': {
      return { action: 'update_task', id, changes: valuesOf(task, operation.changes) }
    }
    case 'complete_task':
      return { action: 'complete_task', id, completed: task?.completed ?? false }
    case 'move_task': {
      const order = orderOf(tasks)
      const above = task && order[indexIn(order, task) - 1]
      return { action: 'move_task', id, place: above ? { after: above.id } : { to: 'top' } }
    }
    case 'delete_task':
      return { action: 'restore_task', id }
    case 'restore_task':
      return { action: 'delete_task', id }
  }
}
