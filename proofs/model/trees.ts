import type { components } from '../../sdk/contract.gen.ts'
import { type Account, isOpen, isTrashed, reachable } from './model.ts'

// What a write of a task does to the tasks above and below it.

type Task = components['schemas']['Task']
type Fields = Partial<Pick<Task, 'list_id' | 'parent_id'>>

const LEVELS = 4

const byId = (a: Task, b: Task) => (a.id < b.id ? -1 : 1)
const taskOf = ({ tasks }: Account, id: string | null) => tasks.find((task) => task.id === id)

function levelOf(account: Account, { parent_id }: Pick<Task, 'parent_id'>): number {
  const parent = taskOf(account, parent_id)
  return parent ? levelOf(account, parent) + 1 : 1
}

/** The subtasks of all levels, those in the trash included. */
export function below(account: Account, id: string): Task[] {
  const direct = account.tasks.filter(({ parent_id }) => parent_id === id)
  return [...direct, ...direct.flatMap((task) => below(account, task.id))]
}

export const lowestFirst = (account: Account, tasks: Task[]) =>
  tasks.toSorted((a, b) => levelOf(account, b) - levelOf(account, a) || byId(a, b))
export const highestFirst = (account: Account, tasks: Task[]) =>
  tasks.toSorted((a, b) => levelOf(account, a) - levelOf(account, b) || byId(a, b))

export function countSubtasks({ tasks }: Account, id: string): Task['subtasks'] {
  const direct = tasks.filter((task) => task.parent_id === id && !isTrashed(task))
  const done = direct.filter(({ completed }) => completed).length
  return { open: direct.length - done, done }
}

/** The list and parent of a task with these members, or `refused`. */
export function placeOf(
  account: Account,
  task: Task | undefined,
  fields: Fields,
): Required<Fields> | 'refused' {
  const before = task ?? { list_id: null, parent_id: null }
  const { parent_id = before.parent_id } = fields
  const parent = reachable(account).find(({ id }) => id === parent_id)
  if (parent_id !== null && !parent) return 'refused'
  const inherited = fields.parent_id != null ? parent?.list_id : before.list_id
  const list_id = fields.list_id === undefined ? (inherited ?? null) : fields.list_id
  if (parent && parent.list_id !== list_id) return 'refused'
  if (!isOpen(account, list_id)) return 'refused'
  const tree = task ? below(account, task.id) : []
  if (parent && (parent === task || tree.includes(parent))) return 'refused'
  const level = levelOf(account, { parent_id })
  const height = task
    ? Math.max(0, ...tree.map((each) => levelOf(account, each) - levelOf(account, task)))
    : 0
  return level + height > LEVELS ? 'refused' : { list_id, parent_id }
}

/** What a write changes, in the order of the versions that it takes. */
export type TreeWrite = [task: Task, members: Partial<Task>][]

export type Kind = 'fields' | 'with subtasks' | 'trash' | 'restore'

/**
 * All that changes with a task; empty where nothing does.
 *
 * @param own what becomes of the task itself
 */
export function treeWrite(account: Account, task: Task, own: Partial<Task>, kind: Kind): TreeWrite {
  const isMoved =
    (own.list_id !== undefined && own.list_id !== task.list_id) ||
    (own.parent_id !== undefined && own.parent_id !== task.parent_id)
  const list_id = own.list_id === undefined ? task.list_id : own.list_id
  const members = new Map(
    below(account, task.id).flatMap((each): TreeWrite => {
      const along = alongWith(account, task, own, kind, each)
      return along || isMoved ? [[each, { ...along, ...(isMoved ? { list_id } : {}) }]] : []
    }),
  )
  const after: Account = {
    ...account,
    tasks: account.tasks.map((each) =>
      each === task ? { ...each, ...own } : { ...each, ...members.get(each) },
    ),
  }
  // What counts otherwise than before is written too.
  const parents: TreeWrite = []
  for (const each of account.tasks) {
    const subtasks = countSubtasks(after, each.id)
    if (each === task) Object.assign(own, { subtasks })
    else if (members.has(each)) members.set(each, { ...members.get(each), subtasks })
    else if (JSON.stringify(subtasks) !== JSON.stringify(each.subtasks)) {
      const isBelow = below(account, task.id).includes(each)
      if (isBelow) members.set(each, { subtasks })
      else parents.push([each, { subtasks }])
    }
  }
  parents.sort(([a], [b]) => byId(a, b))
  const order = kind === 'trash' ? lowestFirst : highestFirst
  const others = order(account, [...members.keys()]).map((each): TreeWrite[number] => [
    each,
    members.get(each) ?? {},
  ])
  return kind === 'trash'
    ? [...parents, ...others, [task, own]]
    : [...parents, [task, own], ...others]
}

/** What becomes of a task below it, where it is not only moved. */
function alongWith(
  { trashedWith }: Account,
  task: Task,
  own: Partial<Task>,
  kind: Kind,
  each: Task,
): Partial<Task> | undefined {
  switch (kind) {
    case 'fields':
      return undefined
    case 'trash':
      return isTrashed(each) ? undefined : { trashed_at: 'now' }
    case 'with subtasks': {
      const { completed } = own
      return isTrashed(each) || completed === undefined || each.completed === completed
        ? undefined
        : { completed, completed_at: completed ? 'now' : null }
    }
    case 'restore': {
      const root = trashedWith.get(each.id)
      return root !== undefined && (root === task.id || root === trashedWith.get(task.id))
        ? { trashed_at: null }
        : undefined
    }
  }
}
