import type { Task } from '@docket/sdk'
import { replace } from './position.ts'

// What a change of a task does to the tasks above and below it, as the server will do it.

type Tasks = Map<string, Task>

/** The direct subtasks of each task, those in the trash included. */
export function subtasksOf(tasks: ReadonlyMap<string, Task>): Map<string, Task[]> {
  const children = new Map<string, Task[]>()
  for (const task of tasks.values()) {
    if (task.parent_id === null) continue
    const siblings = children.get(task.parent_id)
    if (siblings) siblings.push(task)
    else children.set(task.parent_id, [task])
  }
  return children
}

/** The subtasks of a task of all levels, each after its parent. */
export function below(children: ReadonlyMap<string, Task[]>, id: string): Task[] {
  return (children.get(id) ?? []).flatMap((task) => [task, ...below(children, task.id)])
}

/** On which level a task is: 1 without a parent. */
export function levelOf(tasks: ReadonlyMap<string, Task>, task: Task): number {
  const parent = tasks.get(task.parent_id ?? '')
  return parent ? levelOf(tasks, parent) + 1 : 1
}

/** A task was replaced: its subtasks follow, and who counts it counts anew. */
export function follow(tasks: Tasks, before: Task, after: Task, at: string): void {
  const isMoved = before.list_id !== after.list_id || before.parent_id !== after.parent_id
  const goes = before.trashed_at === null && after.trashed_at !== null
  const returns = before.trashed_at !== null && after.trashed_at === null
  const isCounted = before.parent_id !== null || after.parent_id !== null
  if (!isMoved && !goes && !returns && !isCounted) return
  const changed: Task[] = []
  if (isMoved || goes || returns)
    for (const task of below(subtasksOf(tasks), after.id)) {
      // What went to the trash with a task went there at the same time.
      const goesAlong = goes && task.trashed_at === null
      const returnsToo = returns && task.trashed_at === before.trashed_at
      if (!isMoved && !goesAlong && !returnsToo) continue
      const trashed_at = goesAlong ? at : returnsToo ? null : task.trashed_at
      const next = { ...task, list_id: after.list_id, trashed_at, updated_at: at }
      replace(tasks, next)
      changed.push(next)
    }
  const parents = [before.parent_id, after.parent_id].filter((id) => id !== null)
  count(tasks, [...parents, after.id, ...changed.map(({ id }) => id)])
}

/** Sets the subtasks of all levels to the state of their task. */
export function completeBelow(tasks: Tasks, { id, completed }: Task, at: string): void {
  const tree = below(subtasksOf(tasks), id)
  for (const task of tree)
    if (task.trashed_at === null && task.completed !== completed)
      replace(tasks, { ...task, completed, completed_at: completed ? at : null, updated_at: at })
  count(tasks, [id, ...tree.map((task) => task.id)])
}

/** Counts the subtasks of these tasks anew. */
export function count(tasks: Tasks, ids: string[]): void {
  const children = subtasksOf(tasks)
  for (const id of new Set(ids)) {
    const task = tasks.get(id)
    if (!task) continue
    const live = (children.get(id) ?? []).filter(({ trashed_at }) => trashed_at === null)
    const done = live.filter(({ completed }) => completed).length
    const subtasks = { open: live.length - done, done }
    if (subtasks.open !== task.subtasks.open || subtasks.done !== task.subtasks.done)
      replace(tasks, { ...task, subtasks })
  }
}
