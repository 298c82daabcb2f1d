import type { Task, TaskOperation, TaskUpdate } from '@docket/sdk'
import { between } from './position.ts'

export type Tasks = Map<string, Task>

/** The id of the task that an operation is about. */
export const targetOf = (operation: TaskOperation): string => (operation.action === 'create' ? (operation.task.id as string) : operation.task_id)

/** Whether two values of a member of a task are the same. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Does to the tasks of this device what the server will do. What is about a task that is not there does nothing. */
export function apply(tasks: Tasks, operation: TaskOperation, { at, userId }: { at: string; userId: string }): void {
  const id = targetOf(operation)
  if (operation.action === 'create') {
    if (!tasks.has(id)) tasks.set(id, created(tasks, operation.task, id, at, userId))
    return
  }
  const task = tasks.get(id)
  if (task) tasks.set(id, { ...task, ...changed(tasks, task, operation, at), updated_at: at })
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
    position: between(endOf(tasks, 'bottom')?.position, undefined),
    trashed_at: null,
    created_at: at,
    updated_at: at,
    etag: '',
  }
}

function changed(tasks: Tasks, task: Task, operation: Exclude<TaskOperation, { action: 'create' }>, at: string): Partial<Task> {
  switch (operation.action) {
    case 'update': {
      const { completed = task.completed } = operation.changes
      return { ...operation.changes, completed_at: completed ? (task.completed_at ?? at) : null }
    }
    case 'complete':
      return { completed: operation.completed, completed_at: operation.completed ? (task.completed_at ?? at) : null }
    case 'move':
      return { position: placed(tasks, task, operation.place) }
    case 'delete':
      return { trashed_at: task.trashed_at ?? at }
    case 'restore':
      return { trashed_at: null }
  }
}

function placed(tasks: Tasks, task: Task, { before, after, to }: { before?: string; after?: string; to?: string }): string {
  if (to === 'top') return between(undefined, endOf(tasks, 'top', task)?.position)
  if (to === 'bottom') return between(endOf(tasks, 'bottom', task)?.position, undefined)
  const anchor = tasks.get((before ?? after) as string)
  if (!anchor) return task.position
  const next = neighbour(tasks, anchor, before ? 'above' : 'below', task)
  return before ? between(next?.position, anchor.position) : between(anchor.position, next?.position)
}

/** What takes an operation back. */
export function inverseOf(tasks: Tasks, operation: TaskOperation): TaskOperation {
  const task_id = targetOf(operation)
  const task = tasks.get(task_id)
  switch (operation.action) {
    case 'create':
      return { action: 'delete', task_id }
    case 'update': {
      const changes = Object.fromEntries(Object.keys(operation.changes).map((member) => [member, task?.[member as keyof Task]])) as TaskUpdate
      return { action: 'update', task_id, changes }
    }
    case 'complete':
      return { action: 'complete', task_id, completed: task?.completed ?? false }
    case 'move': {
      const above = task && neighbour(tasks, task, 'above')
      return { action: 'move', task_id, place: above ? { after: above.id } : { to: 'top' } }
    }
    case 'delete':
      return { action: 'restore', task_id }
    case 'restore':
      return { action: 'delete', task_id }
  }
}

/** The next task in the manual order, of all that are not in the trash. */
export function neighbour(tasks: Tasks, task: Task, side: 'above' | 'below', but?: Task): Task | undefined {
  let nearest: Task | undefined
  for (const other of tasks.values()) {
    if (other.trashed_at !== null || other.id === but?.id || other.id === task.id) continue
    const isOn = side === 'above' ? other.position < task.position : other.position > task.position
    const isNearer = !nearest || (side === 'above' ? other.position > nearest.position : other.position < nearest.position)
    if (isOn && isNearer) nearest = other
  }
  return nearest
}

function endOf(tasks: Tasks, end: 'top' | 'bottom', but?: Task): Task | undefined {
  let last: Task | undefined
  for (const other of tasks.values()) {
    if (other.trashed_at !== null || other.id === but?.id) continue
    if (!last || (end === 'top' ? other.position < last.position : other.position > last.position)) last = other
  }
  return last
}
