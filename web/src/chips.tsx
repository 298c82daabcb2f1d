import type { Task } from '@docket/sdk'

/** Priority and labels, as they are shown wherever a task is. */
export function Chips({ priority, labels }: Pick<Task, 'priority' | 'labels'>) {
  return (
    <>
      {priority !== 'none' && (
        <span className={`chip ${priority === 'high' ? 'bg-red-100 text-red-900 dark:bg-red-950 dark:text-red-200' : ''}`}>{priority}</span>
      )}
      {labels.map((label) => (
        <span key={label} className="chip">
          #{label}
        </span>
      ))}
    </>
  )
}
