import type { Task } from '@docket/sdk'

/** The labels of open tasks, with how many each has; those with most first. */
export function labelsOf(tasks: Iterable<Task>): [label: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { labels, completed, trashed_at } of tasks) {
    if (!completed && trashed_at === null) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
}

/** What a person typed as a label: with `#` or without. */
export const asLabel = (typed: string): string => typed.trim().replace(/^#/, '')
