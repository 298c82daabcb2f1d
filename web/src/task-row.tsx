import type { Task } from '@docket/sdk'
import { Chips } from './chips.tsx'

interface Deeds {
  complete: (task: Task) => void
  remove: (task: Task) => void
  restore: (task: Task) => void
}

export function TaskRow({ task, complete, remove, restore }: { task: Task } & Deeds) {
  const isTrashed = task.trashed_at !== null
  const text = (
    <span className="min-w-0">
      <span className={`break-words ${task.completed ? 'text-stone-500 line-through dark:text-stone-400' : ''}`}>{task.title}</span>
      {(task.due_date || task.priority !== 'none' || task.labels.length > 0) && (
        <span className="mt-1 flex flex-wrap items-center gap-1.5 text-sm text-stone-600 dark:text-stone-400">
          {task.due_date && <Due task={task} />}
          <Chips priority={task.priority} labels={task.labels} />
        </span>
      )}
    </span>
  )
  return (
    <li className="flex items-start gap-3 py-1">
      {isTrashed ? (
        <div className="min-w-0 grow py-2">{text}</div>
      ) : (
        <label className="flex min-w-0 grow items-start gap-3 py-2">
          <input
            type="checkbox"
            className="mt-0.5 size-5 shrink-0 accent-teal-700"
            aria-label={task.title}
            checked={task.completed}
            onChange={() => complete(task)}
          />
          {text}
        </label>
      )}
      <button
        type="button"
        className="quiet -mr-3 shrink-0"
        aria-label={`${isTrashed ? 'Restore' : 'Delete'} ${task.title}`}
        onClick={() => (isTrashed ? restore : remove)(task)}
      >
        {isTrashed ? 'Restore' : 'Delete'}
      </button>
    </li>
  )
}

function Due({ task: { due_date, due_time } }: { task: Task }) {
  const day = new Date(`${due_date}T00:00`).toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
  return (
    <time dateTime={due_time ? `${due_date}T${due_time}` : (due_date ?? '')}>
      {day}
      {due_time && `, ${due_time}`}
    </time>
  )
}
