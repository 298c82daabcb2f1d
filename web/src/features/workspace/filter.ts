import type { Task } from '@docket/sdk'
import { fold } from '../../../../rules/fold.ts'
import { PRIORITIES } from '../../../../rules/priorities.ts'
import { compareDue, dueOf } from './due.ts'
import { hasLabel } from './labels.ts'

type Compare = (a: Task, b: Task) => number

const titles = new Intl.Collator('und')
const byText =
  (text: (task: Task) => string | null): Compare =>
  (a, b) => {
    const [first, second] = [text(a) ?? '', text(b) ?? '']
    return first < second ? -1 : first > second ? 1 : 0
  }
const descending =
  (compare: Compare): Compare =>
  (a, b) =>
    compare(b, a)

const SORTS = {
  position: byText(({ position }) => position),
  due: (a, b) => compareDue(dueOf(a), dueOf(b)),
  '-priority': (a, b) => PRIORITIES.indexOf(b.priority) - PRIORITIES.indexOf(a.priority),
  title: (a, b) => titles.compare(a.title, b.title),
  '-created_at': descending(byText(({ created_at }) => created_at)),
  '-completed_at': descending(byText(({ completed_at }) => completed_at)),
  '-trashed_at': descending(byText(({ trashed_at }) => trashed_at)),
} satisfies Record<string, Compare>
export type Sort = keyof typeof SORTS
const isSort = (name: string): name is Sort => Object.hasOwn(SORTS, name)

/** The orders that a person chooses from. */
export const SORT_NAMES: [sort: Sort, name: string][] = [
  ['position', 'Manual'],
  ['due', 'Due date'],
  ['-priority', 'Priority'],
  ['title', 'Title'],
  ['-created_at', 'Date added'],
]

/** What a person calls a sort. */
export const sortName = (sort: Sort): string =>
  SORT_NAMES.find(([each]) => each === sort)?.[1] ?? sort

/**
 * What of a view is shown, and how. It stands in the address, so that it can be kept as a bookmark.
 */
export interface Filter {
  q: string
  label: string
  priority: string
  sort: Sort
}

export function filterOf(address: URLSearchParams, sort: Sort): Filter {
  const wanted = address.get('sort') ?? ''
  return {
    q: address.get('q') ?? '',
    label: address.get('label') ?? '',
    priority: address.get('priority') ?? '',
    sort: isSort(wanted) ? wanted : sort,
  }
}

/** In their order; equal ones by their id, as the server has it. */
export function sorted(tasks: Task[], sort: Sort): Task[] {
  const compare: Compare = SORTS[sort]
  return tasks.toSorted((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1))
}

/** What a search looks at in a task, folded; kept as long as the task is the same. */
const searched = new WeakMap<Task, string>()

function searchText(task: Task): string {
  let text = searched.get(task)
  if (text === undefined) {
    text = fold(
      [task.title, task.description ?? '', ...task.labels.map((label) => `#${label}`)].join('\n'),
    )
    searched.set(task, text)
  }
  return text
}

/** The words of a search, as texts are compared. */
export const wordsOf = (q: string): string[] => fold(q).split(/\s+/).filter(Boolean)

/**
 * Every word of `q`, or part of a word, in title, description or labels: what the server finds,
 * too. Case, accents and width do not matter.
 */
export function fits({ q, label, priority }: Filter): (task: Task) => boolean {
  const words = wordsOf(q)
  return (task) => {
    if (label && !hasLabel(task, label)) return false
    if (priority && task.priority !== priority) return false
    return words.length === 0 || words.every((word) => searchText(task).includes(word))
  }
}
