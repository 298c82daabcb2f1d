import type { List, Task } from '@docket/sdk'
import { sentenceOfRecurrence } from '../../../../rules/recurrence/sentence.ts'
import { Icon } from '../../ui/icons.tsx'
import { Chips, ColorDot, DueChip } from '../workspace/chips.tsx'
import { dayName, dueOf } from '../workspace/due.ts'

/**
 * Without the mark of a heading, a quote or a list, and without pairs of marks; all else as it was
 * written.
 */
const firstLine = (description: string): string =>
  (description.trimStart().split('\n', 1)[0] ?? '')
    .replace(/^(#{1,6}|[-*+>]|\d+[.)])\s+/, '')
    .replaceAll(/(\*\*|__|`)(\S.*?)\1/g, '$2')

/** What a row says of its task below the title. */
export function RowDetails({
  task,
  list,
  parent,
  today,
}: {
  task: Task
  /** Its list and its parent, where they are to be said. */
  list: List | undefined
  parent: Task | undefined
  today: string
}) {
  const isTrashed = task.trashed_at !== null
  const due = dueOf(task)
  const { open: left, done } = task.subtasks
  const progress = left + done === 0 ? undefined : `${done}/${left + done}`
  const starts = task.starts_on !== null && task.starts_on > today ? task.starts_on : undefined
  const hasMore =
    list ||
    parent ||
    due ||
    starts ||
    progress ||
    task.priority !== 'none' ||
    task.labels.length > 0 ||
    task.description
  if (!hasMore) return null
  return (
    <span className="mt-0.5 flex flex-wrap items-center gap-1.5 text-sm text-muted">
      {due && <DueChip due={due} isOpen={!task.completed && !isTrashed} />}
      {task.recurrence && (
        <span className="inline-flex items-center gap-1">
          <Icon name="repeat" className="size-3.5" />
          {sentenceOfRecurrence(task.recurrence)}
        </span>
      )}
      {starts && (
        <span>
          Starts <time dateTime={starts}>{dayName(starts, today)}</time>
        </span>
      )}
      {progress && (
        <span className="inline-flex items-center gap-1 tabular-nums">
          <Icon name="subtasks" className="size-3.5" />
          {progress}
          <span className="sr-only"> subtasks done</span>
        </span>
      )}
      {parent && (
        <span className="flex max-w-full items-center gap-1">
          <span className="sr-only">Subtask of </span>
          <span aria-hidden="true">↳</span>
          <span className="truncate" dir="auto">
            {parent.title}
          </span>
        </span>
      )}
      {list && (
        <span className="chip flex max-w-full items-center gap-1.5">
          <ColorDot color={list.color} />
          <span className="truncate" dir="auto">
            {list.name}
          </span>
        </span>
      )}
      <Chips priority={task.priority} labels={task.labels} />
      {task.description && (
        <span className="max-w-full truncate" dir="auto">
          {firstLine(task.description)}
        </span>
      )}
    </span>
  )
}
