import type { Task } from '@docket/sdk'
import { dayToSkip, loadSeries, nextOfTask } from '../../../replica/operations/series.ts'
import type { Replica, Step } from '../../../replica/replica.ts'
import { dayName, dayOf } from '../due.ts'
import { openBelow } from './subtasks.ts'

interface With {
  act: (steps: Step[], name: string, said: string) => Promise<boolean>
  /** The title of one task, or how many they are; in quotes in a sentence. */
  about: (tasks: Task[]) => string
  quoted: (tasks: Task[]) => string
}

/** When a task that recurs is due next, in words; blank for any other. */
async function nextDay(task: Task | undefined, today: string): Promise<string> {
  if (!task?.recurrence) return ''
  await loadSeries()
  const next = nextOfTask(task, today)
  return next ? `. Next: ${dayName(next.due_date, today)}` : ''
}

/** What completes tasks, and moves those that recur on. */
export function completeActions(replica: Replica, { act, about, quoted }: With) {
  return {
    /** Completes tasks with all that is below them, or reopens just them. */
    async complete(tasks: Task[], completed: boolean) {
      const all = replica.getSnapshot().tasks
      const completed_on = dayOf(new Date())
      const along = completed ? tasks.flatMap((task) => openBelow(task, all)) : []
      const others = [...new Set(along)].filter((task) => !tasks.includes(task))
      // One by one, so that what takes it back reopens no more than was open.
      const steps = [...tasks, ...others].map(
        ({ id }): Step => ({
          operation: {
            action: 'complete_task',
            id,
            completed,
            ...(completed ? { completed_on } : {}),
          },
        }),
      )
      const subtasks = others.length === 1 ? '1 subtask' : `${others.length} subtasks`
      const more = others.length === 0 ? '' : ` and ${subtasks}`
      const did = completed ? 'Completed' : 'Reopened'
      const next = completed && tasks.length === 1 ? await nextDay(tasks[0], completed_on) : ''
      return act(steps, about(tasks), `${did} ${quoted(tasks)}${more}${next}`)
    },
    /** Moves a task that recurs to its next date. */
    async skip(task: Task) {
      const skipped_on = dayOf(new Date())
      const next = await nextDay(task, dayToSkip(task, skipped_on))
      const operation = { action: 'skip_task', id: task.id, skipped_on } as const
      return act([{ operation }], task.title, `Skipped “${task.title}”${next}`)
    },
  }
}
