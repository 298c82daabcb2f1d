import type { List, ListUpdate, Operation } from '@docket/sdk'
import { type Copy, memberOf } from './operations.ts'
import { between, orderOf, placed, placeOf, replace } from './position.ts'
import { count, subtasksOf } from './tree.ts'

export type ListOperation = Extract<Operation, { action: `${string}_list` }>

export const isOfList = (operation: Operation): operation is ListOperation =>
  operation.action.endsWith('_list')

/** Applies to the lists on this device, and to their tasks, what the server will do. */
export function applyToList(
  copy: Copy,
  operation: ListOperation,
  { at, userId }: { at: string; userId: string },
): void {
  const { lists } = copy
  if (operation.action === 'create_list') {
    const { id = '', archived = false, ...fields } = operation.value
    if (lists.has(id)) return
    replace(lists, {
      description: null,
      color: 'gray',
      ...fields,
      id,
      user_id: userId,
      archived,
      archived_at: archived ? at : null,
      position: between(orderOf(lists).at(-1)?.position, undefined),
      trashed_at: null,
      created_at: at,
      updated_at: at,
      etag: '',
    })
    return
  }
  const list = lists.get(operation.id)
  if (!list) return
  if (operation.action === 'delete_list') trashTasks(copy, list, at)
  if (operation.action === 'restore_list') restoreTasks(copy, list, at)
  replace(lists, { ...list, ...changed(copy, list, operation, at), updated_at: at })
}

function changed(
  { lists }: Copy,
  list: List,
  operation: Exclude<ListOperation, { action: 'create_list' }>,
  at: string,
): Partial<List> {
  switch (operation.action) {
    case 'update_list': {
      const { archived = list.archived } = operation.changes
      return { ...operation.changes, archived_at: archived ? (list.archived_at ?? at) : null }
    }
    case 'move_list':
      return { position: placed(lists, list, operation.place) }
    case 'delete_list':
      return { trashed_at: list.trashed_at ?? at }
    case 'restore_list':
      return { trashed_at: null }
  }
}

function trashTasks({ tasks }: Copy, { id, trashed_at }: List, at: string): void {
  if (trashed_at !== null) return
  for (const task of tasks.values())
    if (task.list_id === id && task.trashed_at === null)
      replace(tasks, {
        ...task,
        trashed_at: at,
        updated_at: at,
        subtasks: { open: 0, done: 0 },
      })
}

/** What went to the trash with a list went there at the same time. */
function restoreTasks({ tasks }: Copy, { id, trashed_at }: List, at: string): void {
  if (trashed_at === null) return
  const returning = [...tasks.values()].filter(
    (task) => task.list_id === id && task.trashed_at === trashed_at,
  )
  for (const task of returning) replace(tasks, { ...task, trashed_at: null, updated_at: at })
  count(
    tasks,
    subtasksOf(tasks),
    returning.map((task) => task.id),
  )
}

/** What takes an operation back. */
export function inverseOfList({ lists }: Copy, operation: ListOperation): ListOperation {
  if (operation.action === 'create_list')
    return { action: 'delete_list', id: operation.value.id ?? '' }
  const { action, id } = operation
  switch (action) {
    case 'update_list': {
      const list = lists.get(id) ?? {}
      const changes: ListUpdate = Object.fromEntries(
        Object.keys(operation.changes).map((member) => [member, memberOf(list, member)]),
      )
      return { action, id, changes }
    }
    case 'move_list':
      return { action, id, place: placeOf(lists, id) }
    case 'delete_list':
      return { action: 'restore_list', id }
    case 'restore_list':
      return { action: 'delete_list', id }
  }
}
