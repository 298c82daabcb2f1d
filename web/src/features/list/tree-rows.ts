import type { Task } from '@docket/sdk'
import { LEVELS } from '../../../../rules/limits.ts'
import { above, subtasksOf } from '../../replica/operations/tree.ts'

/** Where a row stands in the tree of tasks. */
export interface Nesting {
  /** 0 for a task that stands under no other one. */
  depth: number
  /** Whether it hides the subtasks that would stand under it; undefined where there are none. */
  isFolded: boolean | undefined
}

export interface TreeRows {
  tasks: Task[]
  nestings: ReadonlyMap<string, Nesting>
}

/**
 * Tasks with their subtasks under them, in the order in which they are given. A subtask whose
 * parent is not among them stands alone.
 *
 * @param folded the ids of those whose subtasks are hidden
 */
export function treeRows(tasks: Task[], folded: ReadonlySet<string>): TreeRows {
  const given = new Map(tasks.map((task) => [task.id, task]))
  const children = subtasksOf(given)
  const rows: Task[] = []
  const nestings = new Map<string, Nesting>()
  function put(task: Task, depth: number): void {
    if (nestings.has(task.id)) return
    const subtasks = children.get(task.id)
    const isFolded = subtasks && folded.has(task.id)
    rows.push(task)
    nestings.set(task.id, { depth, isFolded })
    if (subtasks && !isFolded) for (const subtask of subtasks) put(subtask, depth + 1)
  }
  for (const task of tasks) if (!given.has(task.parent_id ?? '')) put(task, 0)
  // Two that are below each other, until the server has said which is not.
  for (const task of tasks) if (above(given, task).length === LEVELS) put(task, 0)
  return { tasks: rows, nestings }
}
