import type { TaskCreate } from '@docket/sdk'
import { cut, lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import type { QuickAdd } from '../../../../rules/quick-add.ts'

/** The task that a line asks for. */
export function creationOf({
  title,
  due,
  recurrence,
  priority,
  labels,
  list,
}: QuickAdd): TaskCreate {
  return {
    title,
    ...(list ? { list_id: list.id } : {}),
    ...(due ? { due_date: due.day, ...(due.time ? { due_time: due.time } : {}) } : {}),
    ...(due && recurrence ? { recurrence } : {}),
    ...(priority === 'none' ? {} : { priority }),
    ...(labels.length > 0 ? { labels } : {}),
  }
}

/**
 * A title that is too long is cut, and stands whole in the description; what is too long for that
 * too becomes several tasks.
 */
export function shortened(said: QuickAdd): TaskCreate[] {
  const task = creationOf(said)
  const creations: TaskCreate[] = []
  for (let rest = said.title; rest !== ''; ) {
    const piece = cut(rest, LIMITS.description) || rest.slice(0, LIMITS.description)
    rest = rest.slice(piece.length).trimStart()
    const isLong = lengthOf(piece) > LIMITS.title
    creations.push(
      isLong
        ? { ...task, title: `${cut(piece, LIMITS.title - 1).trimEnd()}…`, description: piece }
        : { ...task, title: piece },
    )
  }
  return creations
}
