import type { Task } from '@docket/sdk'
import { compareDue, dueOf } from './due.ts'
import { PRIORITIES } from './priorities.ts'

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

/** The orders that a person chooses from. */
export const SORT_NAMES: Partial<Record<Sort, string>> = {
  position: 'My order',
  due: 'Due',
  '-priority': 'Priority',
  title: 'Title',
  '-created_at': 'Newest first',
}

/** What of a view is shown, and how. It stands in the address, so that it can be kept as a bookmark. */
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
    sort: Object.hasOwn(SORTS, wanted) ? (wanted as Sort) : sort,
  }
}

/** In their order; equal ones by their id, as the server has it. */
export function sorted(tasks: Task[], sort: Sort): Task[] {
  const compare = SORTS[sort] as Compare
  return tasks.toSorted((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1))
}

/** Every word of `q`, or part of a word, in title, description or labels. Case does not matter. */
export function fits({ q, label, priority }: Filter): (task: Task) => boolean {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  return (task) => {
    if (label && !task.labels.includes(label)) return false
    if (priority && task.priority !== priority) return false
    if (words.length === 0) return true
    const text = `${task.title}\n${task.description ?? ''}\n${task.labels.map((each) => `#${each}`).join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
}
