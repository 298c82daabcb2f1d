import type { List, Operation, Task, TaskUpdate } from '@docket/sdk'
import {
  applyToLabel,
  inverseOfLabel,
  isOfLabel,
  keyOfLabel,
  type LabelOperation,
  type Labels,
} from './labels.ts'
import { applyToList, inverseOfList, isOfList, type ListOperation } from './lists.ts'
import { between, orderOf, placed, placeOf, replace } from './position.ts'
import { merged, SKIPPED, skipped, step } from './series.ts'
import { count, follow, subtasksOf } from './tree.ts'

export type Tasks = Map<string, Task>
export type Lists = Map<string, List>
/** What a person has. */
export interface Copy {
  tasks: Tasks
  lists: Lists
  /** The colors of labels. */
  labels: Labels
}

export const copied = ({ tasks, lists, labels }: Copy): Copy => ({
  tasks: new Map(tasks),
  lists: new Map(lists),
  labels: new Map(labels),
})
export type TaskOperation = Exclude<Operation, ListOperation | LabelOperation>

/** The id of the task or list that an operation is about, or what stands for that of a label. */
export function targetOf(operation: Operation): string {
  if ('value' in operation) return operation.value.id ?? ''
  return isOfLabel(operation) ? keyOfLabel(operation.name) : operation.id
}

/** Whether a task has these values still. */
export const holds = (task: Task | undefined, values: TaskUpdate): boolean =>
  task !== undefined &&
  Object.entries(values).every(([member, value]) => isSame(memberOf(task, member), value))

export const memberOf = (values: object, member: string): unknown =>
  Object.entries(values).find(([name]) => name === member)?.[1]

/** Whether two values of members are the same; objects have their members in one order. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Applies to what is on this device what the server will do. An operation on a task or list that
 * does not exist here has no effect.
 */
export function apply(
  copy: Copy,
  operation: Operation,
  { at, userId }: { at: string; userId: string },
): void {
  if (isOfList(operation)) {
    applyToList(copy, operation, { at, userId })
    return
  }
  if (isOfLabel(operation)) {
    applyToLabel(copy, operation, { at, userId })
    return
  }
  const { tasks } = copy
  const id = targetOf(operation)
  const task = tasks.get(id)
  if (operation.action === 'create_task') {
    if (task) return
    const made = created(tasks, operation.value, id, at, userId)
    replace(tasks, made)
    if (made.parent_id !== null) count(tasks, subtasksOf(tasks), [made.parent_id])
  } else if (task) {
    const next = { ...task, ...changed(copy, task, operation, at), updated_at: at }
    replace(tasks, next)
    follow(tasks, task, next, at)
    const { completed_on = at.slice(0, 10) } = operation.action === 'complete_task' ? operation : {}
    step(tasks, task, tasks.get(id) ?? next, completed_on, at)
  }
}

type Creation = Extract<TaskOperation, { action: 'create_task' }>['value']

function created(tasks: Tasks, task: Creation, id: string, at: string, user_id: string): Task {
  const { completed = false, parent_id = null } = task
  return {
    list_id: tasks.get(parent_id ?? '')?.list_id ?? null,
    description: null,
    starts_on: null,
    due_date: null,
    due_time: null,
    due_time_zone: null,
    priority: 'none',
    labels: [],
    next_task_id: null,
    ...task,
    recurrence: merged(task.recurrence ?? null, null),
    series_id: task.recurrence ? id : null,
    id,
    user_id,
    parent_id,
    subtasks: { open: 0, done: 0 },
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
  { tasks, lists }: Copy,
  task: Task,
  operation: Exclude<TaskOperation, { action: 'create_task' }>,
  at: string,
): Partial<Task> {
  switch (operation.action) {
    case 'update_task': {
      const { completed = task.completed, parent_id, recurrence } = operation.changes
      const parent = parent_id ? tasks.get(parent_id) : undefined
      return {
        ...(parent ? { list_id: parent.list_id } : {}),
        ...operation.changes,
        recurrence:
          recurrence === undefined ? task.recurrence : merged(recurrence, task.recurrence),
        ...(recurrence ? { series_id: task.series_id ?? task.id } : {}),
        completed_at: completed ? (task.completed_at ?? at) : null,
      }
    }
    case 'skip_task':
      return skipped(task, operation.skipped_on ?? at.slice(0, 10))
    case 'complete_task':
      return {
        completed: operation.completed,
        completed_at: operation.completed ? (task.completed_at ?? at) : null,
      }
    case 'move_task':
      return { position: placed(tasks, task, operation.place) }
    case 'delete_task':
      return { trashed_at: task.trashed_at ?? at }
    case 'restore_task': {
      const parent = tasks.get(task.parent_id ?? '')
      if (parent?.trashed_at === null) return { trashed_at: null, list_id: parent.list_id }
      const list_id = isOpenList(lists.get(task.list_id ?? '')) ? task.list_id : null
      return task.trashed_at === null ? {} : { trashed_at: null, parent_id: null, list_id }
    }
  }
}

export const isOpenList = (list: List | undefined): list is List => list?.trashed_at === null

/** What a task has now in the members that a change names. */
export const valuesOf = (task: Task | undefined, changes: TaskUpdate): TaskUpdate =>
  Object.fromEntries(Object.keys(changes).map((member) => [member, memberOf(task ?? {}, member)]))

/** A task that comes under a parent comes into its list, too. */
const placeNamed = (changes: TaskUpdate): TaskUpdate =>
  changes.parent_id === undefined ? changes : { list_id: null, ...changes }

/** What takes an operation back. */
export function inverseOf(copy: Copy, operation: Operation): Operation {
  if (isOfList(operation)) return inverseOfList(copy, operation)
  if (isOfLabel(operation)) return inverseOfLabel(copy, operation)
  const { tasks } = copy
  const id = targetOf(operation)
  const task = tasks.get(id)
  switch (operation.action) {
    case 'create_task':
      return { action: 'delete_task', id }
    case 'update_task':
      return { action: 'update_task', id, changes: valuesOf(task, placeNamed(operation.changes)) }
    case 'complete_task':
      return { action: 'complete_task', id, completed: task?.completed ?? false }
    case 'skip_task':
      return { action: 'update_task', id, changes: valuesOf(task, SKIPPED) }
    case 'move_task':
      return { action: 'move_task', id, place: placeOf(tasks, id) }
    case 'delete_task':
      return { action: 'restore_task', id }
    case 'restore_task':
      return { action: 'delete_task', id }
  }
}
