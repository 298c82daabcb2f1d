import type { Task } from '@docket/sdk'
import { LEVELS } from '../../../../rules/limits.ts'
import { replace } from './position.ts'

// What a change of a task does to the tasks above and below it, as the server will do it. Until the
// server has decided, what two devices did can put two tasks below each other: everything here ends
// then, too.

type Tasks = Map<string, Task>
type Children = ReadonlyMap<string, Task[]>

/** The direct subtasks of each task, those in the trash included. */
export function subtasksOf(tasks: ReadonlyMap<string, Task>): Children {
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
export function below(children: Children, id: string): Task[] {
  const found = new Map<string, Task>()
  const add = (parent: string) => {
    for (const task of children.get(parent) ?? []) {
      if (task.id === id || found.has(task.id)) continue
      found.set(task.id, task)
      add(task.id)
    }
  }
  add(id)
  return [...found.values()]
}

/** The tasks that a task is under, the nearest first. */
export function above(tasks: ReadonlyMap<string, Task>, { parent_id }: Task): Task[] {
  const found: Task[] = []
  let parent = tasks.get(parent_id ?? '')
  while (parent && found.length < LEVELS) {
    found.push(parent)
    parent = tasks.get(parent.parent_id ?? '')
  }
  return found
}

/** On which level a task is: 1 without a parent. */
export const levelOf = (tasks: ReadonlyMap<string, Task>, task: Task): number =>
  above(tasks, task).length + 1

/** A task was replaced: its subtasks follow, and who counts it counts anew. */
export function follow(tasks: Tasks, before: Task, after: Task, at: string): void {
  const isMoved = before.list_id !== after.list_id || before.parent_id !== after.parent_id
  const goes = before.trashed_at === null && after.trashed_at !== null
  const returns = before.trashed_at !== null && after.trashed_at === null
  const isAlone = before.subtasks.open + before.subtasks.done === 0 && !returns
  const parents = [before.parent_id, after.parent_id].filter((id) => id !== null)
  if (isAlone && parents.length === 0) return
  const children = subtasksOf(tasks)
  const changed: string[] = []
  if (isMoved || goes || returns)
    for (const task of below(children, after.id)) {
      // What went to the trash with a task went there at the same time.
      const goesAlong = goes && task.trashed_at === null
      const returnsToo = returns && task.trashed_at === before.trashed_at
      if (!isMoved && !goesAlong && !returnsToo) continue
      const trashed_at = goesAlong ? at : returnsToo ? null : task.trashed_at
      replace(tasks, { ...task, list_id: after.list_id, trashed_at, updated_at: at })
      changed.push(task.id)
    }
  count(tasks, children, [...parents, after.id, ...changed])
}

/** Counts the subtasks of these tasks anew. */
export function count(tasks: Tasks, children: Children, ids: string[]): void {
  for (const id of new Set(ids)) {
    const task = tasks.get(id)
    if (!task) continue
    const live = (children.get(id) ?? []).flatMap((subtask) => {
      const now = tasks.get(subtask.id)
      return now?.trashed_at === null ? now : []
    })
    const done = live.filter(({ completed }) => completed).length
    const subtasks = { open: live.length - done, done }
    if (subtasks.open !== task.subtasks.open || subtasks.done !== task.subtasks.done)
      replace(tasks, { ...task, subtasks })
  }
}
