import type { Task } from '@docket/sdk'
import { fold, uniqueLabels } from '../../../../rules/fold.ts'
import { lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'

type Labelled = Pick<Task, 'labels' | 'completed' | 'trashed_at'>

/**
 * The labels of open tasks, with how many each has; those with most first. Of several spellings of
 * one label, the one that most tasks have.
 */
export function labelsOf(tasks: Iterable<Labelled>): [label: string, count: number][] {
  const counts = new Map<string, Map<string, number>>()
  for (const { labels, completed, trashed_at } of tasks) {
    if (completed || trashed_at !== null) continue
    for (const label of uniqueLabels(labels)) {
      const spellings = counts.get(fold(label)) ?? new Map<string, number>()
      counts.set(fold(label), spellings.set(label, (spellings.get(label) ?? 0) + 1))
    }
  }
  const total = (spellings: Map<string, number>) =>
    [...spellings.values()].reduce((sum, count) => sum + count, 0)
  const usual = (spellings: Map<string, number>) =>
    [...spellings].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
  const labels = [...counts.values()].map((spellings): [string, number] => [
    usual(spellings),
    total(spellings),
  ])
  return labels.sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
}

/** A label in the spelling that open tasks have it in already. */
export function sameLabel(tasks: Iterable<Labelled>, label: string): string {
  const key = fold(label)
  return labelsOf(tasks).find(([each]) => fold(each) === key)?.[0] ?? label
}

/** Whether a task has a label, in any spelling. */
export const hasLabel = ({ labels }: Pick<Task, 'labels'>, label: string): boolean =>
  labels.some((each) => fold(each) === fold(label))

/** Whether a task outside the trash has a label. */
export function isLabel(tasks: Iterable<Labelled>, label: string): boolean {
  for (const task of tasks)
    if (label !== '' && task.trashed_at === null && hasLabel(task, label)) return true
  return false
}

/** What is wrong with labels that a person typed; undefined: nothing. */
export function labelProblem(labels: string[]): string | undefined {
  const tooLong = labels.find((label) => lengthOf(label) > LIMITS.label)
  return (
    tooLong && `A label has at most ${LIMITS.label} characters; this one has ${lengthOf(tooLong)}.`
  )
}

/** The address of the open tasks with a label. */
export const pathOfLabel = (label: string): string => `/all?label=${encodeURIComponent(label)}`

/** What a person typed as a label: with `#` or without. */
export const asLabel = (typed: string): string => typed.trim().replace(/^#/, '').normalize('NFC')
