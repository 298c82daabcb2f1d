import type { Task } from '@docket/sdk'
import { Labelled } from '../../ui/labelled.tsx'
import { dayFromToday } from '../workspace/due.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** Day and time of a task, by the device's own fields, and the days that are chosen most. */
export function DueField({ task }: { task: Task }) {
  const { actions } = useWorkspace()
  const day = task.due_date ?? ''
  const time = task.due_time ?? ''
  const set = (due_date: string, due_time: string) => {
    if (day === due_date && time === due_time) return
    // All of them, so that neither a time nor a recurrence stays without its day.
    void actions.edit(task, {
      due_date: due_date || null,
      due_time: (due_date && due_time) || null,
      due_time_zone: due_date && due_time ? task.due_time_zone : null,
      ...(due_date || !task.recurrence ? {} : { recurrence: null }),
    })
  }
  const near = [
    ['Today', dayFromToday(0)],
    ['Tomorrow', dayFromToday(1)],
    ['Next week', dayFromToday(7)],
    ['No date', ''],
  ] as const
  return (
    <div>
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,8rem)] gap-2">
        <Labelled label="Due">
          <input
            type="date"
            className="field"
            min="1000-01-01"
            max="9999-12-31"
            key={day}
            defaultValue={day}
            onBlur={({ target }) => target.validity.valid && set(target.value, time)}
          />
        </Labelled>
        <Labelled label="Time">
          <input
            type="time"
            className="field"
            key={time}
            defaultValue={time}
            onBlur={({ target }) =>
              target.validity.valid &&
              set(target.value && !day ? dayFromToday(0) : day, target.value)
            }
          />
        </Labelled>
      </div>
      {task.due_time_zone && (
        <p className="mt-1 text-sm text-muted">Time zone: {task.due_time_zone}</p>
      )}
      <div className="mt-1 flex flex-wrap gap-1">
        {near.map(([name, to]) => (
          <button
            key={name}
            type="button"
            className="quiet px-2"
            onClick={() => set(to, to && time)}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  )
}

/** The day from which a task can be started: before it, Today and Inbox do not show it. */
export function StartField({ task }: { task: Task }) {
  const { actions } = useWorkspace()
  const day = task.starts_on ?? ''
  return (
    <Labelled label="Starts">
      <input
        type="date"
        className="field"
        min="1000-01-01"
        max="9999-12-31"
        key={day}
        defaultValue={day}
        onBlur={({ target }) =>
          target.validity.valid &&
          target.value !== day &&
          void actions.edit(task, { starts_on: target.value || null })
        }
      />
    </Labelled>
  )
}
