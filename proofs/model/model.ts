import { fold } from '../../rules/fold.ts'
import { momentOf } from '../../rules/local-time.ts'
import type { components, operations } from '../../sdk/contract.gen.ts'

// What a user's tasks and lists should be, in a few lines without a database.

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']
type LabelColor = Schemas['LabelColor']
export type Query = NonNullable<operations['listTasks']['parameters']['query']>

export interface Account {
  /** Of the clock that every write of the user advances. */
  version: number
  /** Those in the trash included. */
  tasks: Task[]
  /** The ids of the others, in the manual order. */
  order: string[]
  /** Those in the trash included. */
  lists: List[]
  labels: LabelColor[]
  /** Of a task in the trash: the list or task that took it along. */
  trashedWith: Map<string, string>
  /** Of a completed task: when the next of its series was due when it was created. */
  nextDue: Map<string, string>
}

export const emptyAccount = (): Account => ({
  version: 0,
  tasks: [],
  order: [],
  lists: [],
  labels: [],
  trashedWith: new Map(),
  nextDue: new Map(),
})

export const isTrashed = ({ trashed_at }: Task | List) => trashed_at !== null
/** Whether tasks can be put into the list with this id, or into the Inbox. */
export const isOpen = ({ lists }: Account, id: string | null | undefined) =>
  id == null || lists.some((list) => list.id === id && !isTrashed(list))
export const reachable = ({ tasks }: Account) => tasks.filter((task) => !isTrashed(task))

/** The order where the tasks say it themselves, by their positions. */
export function positioned(account: Account): string[] {
  return listed(account.tasks, { sort: 'position' }, '').map(({ id }) => id)
}

/** Whether these members of a task or list differ from what it has. */
export function differs(value: Task | List, members: object): boolean {
  return Object.entries(members).some(
    ([name, member]) => JSON.stringify(member) !== JSON.stringify(Object(value)[name]),
  )
}

/** The order with this id elsewhere; undefined where the neighbour is not another one of these. */
export function moved(order: string[], id: string, to: Schemas['TaskMove']): string[] | undefined {
  const others = order.filter((each) => each !== id)
  const neighbour = others.indexOf(to.before ?? to.after ?? '')
  if (to.to === undefined && neighbour < 0) return undefined
  const index =
    to.to === 'top' ? 0 : to.to === 'bottom' ? others.length : to.before ? neighbour : neighbour + 1
  return others.toSpliced(index, 0, id)
}

/** The tasks of a list, in its order; `today` is the day in UTC. */
export function listed(
  tasks: Task[],
  { sort = '-created_at', ...filter }: Query,
  today: string,
): Task[] {
  const direction = sort.startsWith('-') ? -1 : 1
  const key = KEYS[sort.replace('-', '')] as (task: Task) => string | null
  return tasks
    .filter((task) => isIn(task, filter, today))
    .sort((a, b) => {
      const [left, right] = [key(a), key(b)]
      if ((left === null) !== (right === null)) return left === null ? 1 : -1
      return direction * (compared(left ?? '', right ?? '') || compared(a.id, b.id))
    })
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const PRIORITIES = ['none', 'low', 'medium', 'high']
const KEYS: Record<string, (task: Task) => string | null> = {
  created_at: (task) => task.created_at,
  updated_at: (task) => task.updated_at,
  due: ({ due_date, due_time }) => due_date && `${due_date}T${due_time ?? '24'}`,
  priority: ({ priority }) => String(PRIORITIES.indexOf(priority)),
  position: (task) => task.position,
}

const hasStarted = ({ starts_on }: Task, today: string) => starts_on === null || starts_on <= today

/** When a task is due, in milliseconds; by UTC where it has no time zone. */
function momentOfTask({ due_date, due_time, due_time_zone }: Task): number {
  const reading = Date.parse(`${due_date}T${due_time ?? '23:59:59'}Z`)
  return due_time_zone === null ? reading : momentOf(reading, due_time_zone)
}
/** A local time counts by the minute. */
const isLate = (task: Task, now = Date.now()) =>
  momentOfTask(task) < (task.due_time_zone === null ? now - (now % 60_000) : now)
/** How many days after today a task is due, in UTC; NaN where it is not. */
const daysTo = (task: Task, today: string) =>
  Math.floor((momentOfTask(task) - Date.parse(today)) / 86_400_000)

function isIn(task: Task, filter: Query, today: string): boolean {
  const {
    trashed = false,
    list_id,
    parent_id,
    started,
    completed,
    priority,
    label,
    label_match,
    due,
    due_before,
    due_after,
    q,
  } = filter
  const day = task.due_date
  const text = fold(
    [task.title, task.description ?? '', ...task.labels.map((label) => `#${label}`)].join('\n'),
  )
  const has = (label: string) => task.labels.some((each) => fold(each) === fold(label))
  return (
    isTrashed(task) === trashed &&
    (list_id === undefined || (task.list_id ?? 'inbox') === list_id) &&
    (parent_id === undefined || (task.parent_id ?? 'none') === parent_id) &&
    (started === undefined || hasStarted(task, today) === started) &&
    (completed === undefined || task.completed === completed) &&
    (!priority || priority.includes(task.priority)) &&
    (!label || (label_match === 'all' ? label.every(has) : label.some(has))) &&
    (!due_before || (day !== null && day < due_before)) &&
    (!due_after || (day !== null && day > due_after)) &&
    (!due ||
      {
        none: day === null,
        overdue: !task.completed && isLate(task),
        today: daysTo(task, today) === 0,
        upcoming: daysTo(task, today) > 0,
      }[due]) &&
    (!q ||
      fold(q)
        .split(/\s+/)
        .every((word) => text.includes(word)))
  )
}

/** The counts of these tasks; the labels folded, and in no order. */
export function counted(account: Account, today: string) {
  const tasks = reachable(account)
  const open = tasks.filter(({ completed }) => !completed)
  const labels = new Map<string, number>()
  for (const label of open.flatMap((task) => task.labels.map(fold)))
    labels.set(label, (labels.get(label) ?? 0) + 1)
  const lists = new Map<string, number>()
  for (const { list_id } of open) if (list_id) lists.set(list_id, (lists.get(list_id) ?? 0) + 1)
  return {
    inbox: open.filter((task) => task.list_id === null && hasStarted(task, today)).length,
    lists,
    open: open.length,
    done: tasks.length - open.length,
    overdue: open.filter((task) => isLate(task)).length,
    today: open.filter((task) => daysTo(task, today) === 0 && hasStarted(task, today)).length,
    labels,
  }
}
