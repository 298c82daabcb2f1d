import type { List, Task } from '@docket/sdk'
import { addDays } from '../../../../rules/day.ts'
import type { IconName } from '../../ui/icons.tsx'
import { dueOf } from './due.ts'
import type { Sort } from './filter.ts'
import { pathOfList } from './lists.ts'

export interface View {
  /** Its address. */
  path: string
  title: string
  icon: IconName
  /** The second of the two keys that lead to it; none to a list. */
  key?: string
  /** Of the view of a list. */
  list?: List
  /** What a person reads where nothing is in it. */
  empty: string
  /** Its order, where the address does not name another. */
  sort: Sort
  holds: (task: Task, today: string) => boolean
  /**
   * Where a new task is in it: what the field says, the day it is due unless its line says another,
   * and the list.
   */
  adds?: { placeholder: string; day?: (today: string) => string; listId?: string }
}

const isOpen = (task: Task) => task.trashed_at === null && !task.completed
/** Whether the day from which it can be started has come. */
const hasStarted = ({ starts_on }: Task, today: string) => starts_on === null || starts_on <= today

export const VIEWS: [View, ...View[]] = [
  {
    path: '/',
    title: 'Inbox',
    icon: 'inbox',
    key: 'i',
    empty: 'No tasks yet. Add one above.',
    sort: 'position',
    holds: (task, today) => isOpen(task) && task.list_id === null && hasStarted(task, today),
    adds: { placeholder: 'Add a task' },
  },
  {
    path: '/today',
    title: 'Today',
    icon: 'today',
    key: 't',
    empty: 'Nothing due today. Enjoy it, or plan from Inbox.',
    sort: 'due',
    holds: (task, today) =>
      isOpen(task) && (dueOf(task)?.day ?? '~') <= today && hasStarted(task, today),
    adds: { placeholder: 'Add a task for today', day: (today) => today },
  },
  {
    path: '/upcoming',
    title: 'Upcoming',
    icon: 'upcoming',
    key: 'u',
    empty: 'Nothing scheduled. Tasks with a future date appear here.',
    sort: 'due',
    holds: (task, today) => isOpen(task) && (dueOf(task)?.day ?? '') > today,
    adds: { placeholder: 'Add a task for tomorrow', day: (today) => addDays(today, 1) },
  },
  {
    path: '/all',
    title: 'All tasks',
    icon: 'select',
    key: 'l',
    empty: 'No open tasks.',
    sort: 'position',
    holds: isOpen,
    adds: { placeholder: 'Add a task to Inbox' },
  },
  {
    path: '/done',
    title: 'Completed',
    icon: 'done',
    key: 'd',
    empty: 'Completed tasks will appear here.',
    sort: '-completed_at',
    holds: (task) => task.trashed_at === null && task.completed,
  },
  {
    path: '/trash',
    title: 'Trash',
    icon: 'trash',
    key: 'r',
    empty: 'Trash is empty. Deleted tasks stay here for 30 days.',
    sort: '-trashed_at',
    holds: (task) => task.trashed_at !== null,
  },
]

/** The open tasks of one list. */
const viewOf = (list: List): View => ({
  path: pathOfList(list),
  title: list.name,
  icon: 'inbox',
  empty: 'No tasks in this list yet.',
  sort: 'position',
  list,
  holds: (task) => isOpen(task) && task.list_id === list.id,
  adds: { placeholder: `Add a task to ${list.name}`, listId: list.id },
})

/** The address of a view that holds a task. */
export function pathOfTask({ list_id, completed, trashed_at }: Task): string {
  if (trashed_at !== null) return '/trash'
  if (completed) return '/done'
  return list_id === null ? '/all' : pathOfList({ id: list_id })
}

const idIn = (path: string): string | undefined => /^\/lists\/([^/]+)$/.exec(path)?.[1]

/**
 * The view at an address; the first one where there is none. Undefined for a list that is not
 * there, or not yet.
 */
export function viewAt(path: string, lists: ReadonlyMap<string, List>): View | undefined {
  const id = idIn(path)
  if (id !== undefined) {
    const list = lists.get(id)
    return list?.trashed_at === null ? viewOf(list) : undefined
  }
  return VIEWS.find((view) => view.path === path) ?? VIEWS[0]
}
