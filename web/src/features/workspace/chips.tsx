import type { Task } from '@docket/sdk'
import { colorOf } from '../../replica/operations/labels.ts'
import { type Color, dotClass } from './colors.ts'
import { type Due, dayName, isOverdue } from './due.ts'
import { useWorkspace } from './workspace.tsx'

/** Priority and labels, as they are shown wherever a task is. */
export function Chips({ priority, labels }: Pick<Task, 'priority' | 'labels'>) {
  const colors = useWorkspace().labels
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
        <LabelChip key={label} label={label} color={colorOf(colors, label)} />
      ))}
    </>
  )
}

/**
 * When it is due, as a person says it; by another color, and in words for who does not see it,
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

function LabelChip({ label, color }: { label: string; color: Color }) {
  return (
    <span className="chip max-w-full" dir="auto">
      {color !== 'gray' && <ColorDot color={color} />}
      <span className="truncate">#{label}</span>
    </span>
  )
}

/** The color of a list or label, beside its name. */
export function ColorDot({ color }: { color: Color }) {
  return <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-full ${dotClass(color)}`} />
}
