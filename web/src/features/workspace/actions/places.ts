import type { Task, TaskMove } from '@docket/sdk'
import type { Actions } from './actions.ts'

/** What each place in the manual order is called, and how a task comes there. */
export type Places = Record<string, () => Promise<boolean>>

/** The ends, past the neighbours, and under or out of another task. */
export function placesAt(tasks: Task[], index: number, actions: Actions): Places {
  const task = tasks[index]
  if (!task) return {}
  const [above, below] = [siblingAt(tasks, index, -1), siblingAt(tasks, index, 1)]
  const to = (place: TaskMove) => () => actions.move([task], place)
  return {
    'Move to top': to({ to: 'top' }),
    ...(above ? { 'Move up': to({ before: above.id }) } : {}),
    ...(below ? { 'Move down': to({ after: below.id }) } : {}),
    'Move to bottom': to({ to: 'bottom' }),
    ...(above ? { 'Make a subtask of the task above': () => actions.indent(task, above) } : {}),
    ...(task.parent_id === null ? {} : { 'Move out of its parent': () => actions.outdent(task) }),
  }
}

/** The nearest row above, or below, that is under the same task. */
function siblingAt(tasks: Task[], index: number, step: 1 | -1): Task | undefined {
  const task = tasks[index]
  for (let at = index + step; task && tasks[at]; at += step)
    if (tasks[at]?.parent_id === task.parent_id) return tasks[at]
  return undefined
}
