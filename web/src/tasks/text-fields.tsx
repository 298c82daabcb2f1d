import type { Task, TaskUpdate } from '@docket/sdk'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useDraft } from '../shell/draft.ts'
import { Labelled } from '../shell/labelled.tsx'
import { useWorkspace } from '../shell/workspace.tsx'

const Markdown = lazy(() => import('./markdown.tsx').then(({ Markdown }) => ({ default: Markdown })))

/** A text of a task while it is typed: kept on the device with every key, and a change of the task once the field is left. */
function useText(task: Task, member: 'title' | 'description') {
  const { actions } = useWorkspace()
  const { text, draft, type } = useDraft(`${task.id} ${member}`, task[member] ?? '')
  const save = () => {
    if (!draft) return
    type(undefined)
    // A task has a title: an empty field is none.
    if (member === 'title' && text.trim() === '') return
    const changes: TaskUpdate = member === 'title' ? { title: text.trim() } : { description: text || null }
    const over: TaskUpdate = member === 'title' ? { title: draft.over } : { description: draft.over || null }
    void actions.edit(task, changes, over)
  }
  return { text, type, save }
}

export function TitleField({ task }: { task: Task }) {
  const { text, type, save } = useText(task, 'title')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <Labelled label="Title">
      <input
        ref={input}
        className="field"
        maxLength={200}
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && save()}
      />
    </Labelled>
  )
}

/** Shown as Markdown, until the person writes. */
export function DescriptionField({ task }: { task: Task }) {
  const { text, type, save } = useText(task, 'description')
  const [isWriting, setIsWriting] = useState(text !== (task.description ?? '') || !task.description)
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
