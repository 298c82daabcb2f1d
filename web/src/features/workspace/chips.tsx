import type { List, Task } from '@docket/sdk'
import { type Due, dayName, isOverdue } from './due.ts'
import { COLORS } from './lists.ts'
import { useWorkspace } from './workspace.tsx'

/** Priority and labels, as they are shown wherever a task is. */
export function Chips({ priority, labels }: Pick<Task, 'priority' | 'labels'>) {
  return (
    <>
      {priority !== 'none' && (
        <span
          className={`chip ${
            priority === 'high' ? 'bg-red-100 text-red-900 dark:bg-red-950 dark:text-red-200' : ''
          }`}
        >
          {priority}
        </span>
      )}
      {labels.map((label) => (
        <span key={label} className="chip inline-block max-w-full truncate" dir="auto">
          #{label}
        </span>
      ))}
    </>
  )
}

/**
 * When it is due, as a person says it; by another colour, and in words for who does not see it,
 * where that has passed.
 */
export function DueChip({ due, isOpen }: { due: Due; isOpen: boolean }) {
  const { today } = useWorkspace()
  const isLate = isOpen && isOverdue(due, new Date())
  return (
    <time
      dateTime={due.time ? `${due.day}T${due.time}` : due.day}
      className={isLate ? 'text-late' : ''}
    >
      {dayName(due.day, today)}
      {due.time && `, ${due.time}`}
      {isLate && <span className="sr-only"> (overdue)</span>}
    </time>
  )
}

/** The colour of a list, beside its name. */
export function ListDot({ color }: Pick<List, 'color'>) {
  return <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-full ${COLORS[color]}`} />
}
