import type { Task, TaskMove, TaskUpdate } from '@docket/sdk'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { neighbour } from '../replica/operations.ts'
import { useDraft } from '../shell/draft.ts'
import { Icon } from '../shell/icons.tsx'
import { labelsOf } from '../shell/nav.tsx'
import { useWorkspace } from '../shell/workspace.tsx'
import { PRIORITIES } from './captured.ts'
import { dayFromToday } from './due.ts'

const Markdown = lazy(() => import('./markdown.tsx').then(({ Markdown }) => ({ default: Markdown })))

/** Everything of one task, in its place in the list. What is changed is kept when the field is left; Escape closes. */
export function TaskEditor({ task, isManual, close }: { task: Task; isManual: boolean; close: () => void }) {
  const { actions, tasks } = useWorkspace()
  const title = useText(task, 'title')
  const heading = useRef<HTMLInputElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const isTrashed = task.trashed_at !== null
  const leave = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    // Leaves the field, which keeps what is in it.
    ;(document.activeElement as HTMLElement | null)?.blur()
    close()
    document.querySelector<HTMLElement>(`[data-task="${task.id}"]`)?.focus()
  }
  const move = (place: TaskMove | undefined) => place && actions.move([task], place)

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only Escape, which the button does too
    <div className="mb-2 space-y-3 rounded-xl border border-line bg-surface p-4" onKeyDown={leave}>
      <fieldset disabled={isTrashed} className="min-w-0 space-y-3">
        <legend className="sr-only">{task.title}</legend>
        <Labelled label="Title">
          <input
            ref={heading}
            className="field"
            maxLength={200}
            value={title.text}
            onChange={({ target }) => title.type(target.value)}
            onBlur={title.save}
            onKeyDown={(event) => event.key === 'Enter' && title.save()}
          />
        </Labelled>
        <Description task={task} />
        <div className="grid gap-3 sm:grid-cols-2">
          <Due task={task} />
          <Labelled label="Priority">
            <select className="field" value={task.priority} onChange={({ target }) => actions.setPriority([task], target.value as Task['priority'])}>
              {PRIORITIES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </Labelled>
        </div>
        <LabelList task={task} known={labelsOf(tasks.values()).map(([label]) => label)} />
      </fieldset>
      <div className="flex flex-wrap items-center gap-1.5">
        {isManual && !isTrashed && (
          <select
            aria-label="Move"
            className="outlined"
            value=""
            onChange={({ target }) => move(placeOf[target.value as keyof typeof placeOf](task, (side) => neighbour(tasks, task, side)?.id))}
          >
            <option value="" disabled hidden>
              Move…
            </option>
            <option value="top">To the top</option>
            <option value="up">Up</option>
            <option value="down">Down</option>
            <option value="bottom">To the bottom</option>
          </select>
        )}
        {isTrashed ? (
          <button type="button" className="outlined" onClick={() => actions.restore([task])}>
            Restore
          </button>
        ) : (
          <button type="button" className="outlined" onClick={() => actions.remove([task])}>
            <Icon name="trash" className="size-4" />
            Delete
          </button>
        )}
        <button type="button" className="quiet ml-auto" onClick={close}>
          Close
        </button>
      </div>
    </div>
  )
}

type Neighbour = (side: 'above' | 'below') => string | undefined
const placeOf = {
  top: (): TaskMove => ({ to: 'top' }),
  bottom: (): TaskMove => ({ to: 'bottom' }),
  up: (_task: Task, next: Neighbour): TaskMove | undefined => {
    const before = next('above')
    return before ? { before } : undefined
  },
  down: (_task: Task, next: Neighbour): TaskMove | undefined => {
    const after = next('below')
    return after ? { after } : undefined
  },
}

/** A text of a task while it is typed: kept on the device with every key, and a change of the task once the field is left. */
function useText(task: Task, member: 'title' | 'description') {
  const { actions } = useWorkspace()
  const { text, draft, type } = useDraft(`${task.id} ${member}`, task[member] ?? '', task.etag)
  const save = () => {
    if (!draft) return
    type(undefined)
    // A task has a title: an empty field is none.
    if (member === 'title' && text.trim() === '') return
    const changes: TaskUpdate = member === 'title' ? { title: text.trim() } : { description: text || null }
    const was: TaskUpdate = member === 'title' ? { title: draft.base } : { description: draft.base || null }
    void actions.edit(task, changes, { etag: draft.etag || undefined, was })
  }
  return { text, type, save }
}

function Description({ task }: { task: Task }) {
  const { text, type, save } = useText(task, 'description')
  const [isWriting, setIsWriting] = useState(!task.description)
  if (!isWriting) {
    return (
      <div>
        <div className="mb-1 flex items-center justify-between">
          <span className="text-sm font-medium">Description</span>
          <button type="button" className="quiet" onClick={() => setIsWriting(true)}>
            Edit
          </button>
        </div>
        <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
          <Markdown text={text} />
        </Suspense>
      </div>
    )
  }
  return (
    <Labelled label="Description" hint="Markdown">
      <textarea
        className="field min-h-24"
        rows={Math.min(12, text.split('\n').length + 1)}
        maxLength={1000}
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={() => {
          save()
          setIsWriting(text === '')
        }}
      />
    </Labelled>
  )
}

function Due({ task }: { task: Task }) {
  const { actions } = useWorkspace()
  const day = task.due_date ?? ''
  const time = task.due_time ?? ''
  const set = (due_date: string, due_time: string) => {
    const zone = due_date && due_time ? task.due_time_zone : null
    const changes = { due_date: due_date || null, due_time: (due_date && due_time) || null, due_time_zone: zone }
    if (day !== due_date || time !== due_time) void actions.edit(task, changes)
  }
  return (
    <div>
      <div className="flex gap-2">
        <Labelled label="Due" className="grow">
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
            onBlur={({ target }) => set(target.value && !day ? dayFromToday(0) : day, target.value)}
          />
        </Labelled>
      </div>
      {task.due_time_zone && <p className="mt-1 text-sm text-muted">By the clock of {task.due_time_zone}</p>}
      <div className="mt-1 flex flex-wrap gap-1">
        {(
          [
            ['Today', dayFromToday(0)],
            ['Tomorrow', dayFromToday(1)],
            ['In a week', dayFromToday(7)],
            ['No date', ''],
          ] as const
        ).map(([name, to]) => (
          <button key={name} type="button" className="quiet px-2" onClick={() => set(to, to && time)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  )
}

function LabelList({ task, known }: { task: Task; known: string[] }) {
  const { actions } = useWorkspace()
  const [typed, setTyped] = useState('')
  const add = () => {
    const label = typed.trim().replace(/^#/, '')
    setTyped('')
    if (label && !task.labels.includes(label)) void actions.edit(task, { labels: [...task.labels, label] })
  }
  return (
    <div>
      <Labelled label="Labels">
        <input
          className="field"
          list={`labels of ${task.id}`}
          placeholder="Add a label"
          maxLength={60}
          disabled={task.labels.length >= 20}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== ',') return
            event.preventDefault()
            add()
          }}
        />
      </Labelled>
      <datalist id={`labels of ${task.id}`}>
        {known.map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {task.labels.map((label) => (
          <span key={label} className="chip min-h-7 max-w-full">
            <span className="truncate">#{label}</span>
            <button
              type="button"
              className="grid size-6 place-items-center rounded hover:bg-hover"
              aria-label={`Remove label ${label}`}
              onClick={() => actions.edit(task, { labels: task.labels.filter((each) => each !== label) })}
            >
              <Icon name="close" className="size-3.5" />
            </button>
          </span>
        ))}
      </div>
    </div>
  )
}

function Labelled({ label, hint, className = '', children }: { label: string; hint?: string; className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className={`block ${className}`}>
      <span className="mb-1 flex justify-between text-sm font-medium">
        {label}
        {hint && <span className="font-normal text-muted">{hint}</span>}
      </span>
      {children}
    </label>
  )
}
