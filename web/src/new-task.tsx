import type { TaskCreate } from '@docket/sdk'
import { useEffect, useRef, useState } from 'react'
import { captured } from './captured.ts'
import { Chips } from './chips.tsx'

/** The one field that is always there. `n` or `/` leads to it; Enter adds and stays. */
export function NewTask({ add }: { add: (task: TaskCreate) => Promise<unknown> }) {
  const input = useRef<HTMLInputElement>(null)
  const [line, setLine] = useState('')
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if ((event.key !== 'n' && event.key !== '/') || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  const task = captured(line)

  return (
    <form
      className="mb-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!task.title) return
        setLine('')
        // What could not be saved goes back to where it was typed, unless the next one is being typed there.
        add(task).catch(() => setLine((typed) => typed || line))
      }}
    >
      <div className="flex gap-2">
        <input
          ref={input}
          className="field"
          name="title"
          value={line}
          onChange={(event) => setLine(event.target.value)}
          aria-label="New task"
          aria-describedby="new-task-help"
          placeholder="What is to be done?"
          autoComplete="off"
        />
        <button type="submit" className="primary">
          Add
        </button>
      </div>
      <p id="new-task-help" className="mt-1.5 flex min-h-6 items-center gap-2 text-sm text-stone-600 dark:text-stone-400">
        {task.priority || task.labels ? <Chips priority={task.priority ?? 'none'} labels={task.labels ?? []} /> : '!high sets a priority, #home a label'}
      </p>
    </form>
  )
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable) &&
    (target as HTMLInputElement).type !== 'checkbox'
  )
}
