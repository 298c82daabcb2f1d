import { uniqueLabels } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'

// The members of a task, as the server keeps what is sent of them.

type Schemas = components['schemas']
type Task = Schemas['Task']

/** A recurrence after a merge patch of it. */
export const merged = (
  sent: Schemas['RecurrenceInput'],
  before: Schemas['Recurrence'] = null,
): Schemas['Recurrence'] =>
  sent && {
    rule: sent.rule,
    from: sent.from ?? before?.from ?? 'due',
    missed: sent.missed ?? before?.missed ?? 'skip',
  }

/** The members of a new task that its creator may choose. */
export function chosen({ id, ...fields }: Schemas['TaskCreate']) {
  const unsaid = {
    list_id: null,
    parent_id: null,
    description: null,
    completed: false,
    starts_on: null,
    due_date: null,
    due_time: null,
    due_time_zone: null,
    recurrence: null,
    priority: 'none' as const,
    labels: [],
  }
  const recurrence = merged(fields.recurrence ?? null)
  return { ...unsaid, ...fields, recurrence, ...keptLabels(fields) }
}

/**
 * What is kept of the labels that are sent, if any are: of the spellings of one label the first.
 */
export function keptLabels({ labels }: { labels?: string[] | undefined }): { labels?: string[] } {
  return labels ? { labels: uniqueLabels(labels) } : {}
}

/** Whether a time or a recurrence has no day, or a time zone no time. */
export function hangsInTheAir({
  due_date,
  due_time,
  due_time_zone,
  recurrence,
}: Pick<Task, 'due_date' | 'due_time' | 'due_time_zone' | 'recurrence'>): boolean {
  return (
    ((due_time !== null || recurrence !== null) && due_date === null) ||
    (due_time_zone !== null && due_time === null)
  )
}
