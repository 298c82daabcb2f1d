import type { Task } from '@docket/sdk'
import { useRef, useState } from 'react'
import { Icon } from '../shell/icons.tsx'
import { Labelled } from '../shell/labelled.tsx'
import { useWorkspace } from '../shell/workspace.tsx'
import { asLabel, labelsOf } from './labels.ts'

/** The labels of a task; those that other tasks have are suggested. */
export function LabelField({ task }: { task: Task }) {
  const { actions, tasks } = useWorkspace()
  const [typed, setTyped] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const add = () => {
    const labels = typed.split(',').map(asLabel).filter(Boolean)
    setTyped('')
    const all = [...new Set([...task.labels, ...labels])].slice(0, 20)
    if (all.length > task.labels.length) void actions.edit(task, { labels: all })
  }
  return (
    <div>
      <Labelled label="Labels">
        <input
          ref={input}
          className="field"
          list={`labels of ${task.id}`}
          placeholder="Add a label"
          maxLength={60}
          disabled={task.labels.length >= 20}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if ((event.key !== 'Enter' && event.key !== ',') || event.nativeEvent.isComposing) return
            event.preventDefault()
            add()
          }}
        />
      </Labelled>
      <datalist id={`labels of ${task.id}`}>
        {labelsOf(tasks.values()).map(([label]) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {task.labels.map((label) => (
          <span key={label} className="chip min-h-7 max-w-full">
            <span className="truncate">#{label}</span>
            <button
              type="button"
              className="grid size-6 shrink-0 place-items-center rounded hover:bg-hover"
              aria-label={`Remove label ${label}`}
              onClick={() => {
                void actions.edit(task, { labels: task.labels.filter((each) => each !== label) })
                input.current?.focus()
              }}
            >
              <Icon name="close" className="size-3.5" />
            </button>
          </span>
        ))}
      </div>
    </div>
  )
}
