import type { Task } from '@docket/sdk'
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useDraft } from '../shell/draft.ts'
import { isTyping } from '../shell/keys.ts'
import { Labelled } from '../shell/labelled.tsx'
import { useWorkspace } from '../shell/workspace.tsx'
import { sendable } from './captured.ts'

const Markdown = lazy(() => import('./markdown.tsx').then(({ Markdown }) => ({ default: Markdown })))

/** Characters at most, as the contract has it. */
const LONGEST = { title: 200, description: 1_000 }

/** A text of a task while it is typed: kept on the device with every key, and a change of the task once the field is left, however that is. */
function useText(task: Task, member: 'title' | 'description') {
  const { actions } = useWorkspace()
  const { text, current, type, kept } = useDraft(`${task.id} ${member}`, task[member] ?? '')
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const isSaving = useRef(false)
  const tooLong = text.length > LONGEST[member] ? `At most ${LONGEST[member]} characters; these are ${text.length}.` : undefined
  const save = async (): Promise<void> => {
    const draft = current()
    if (!draft || draft.text.length > LONGEST[member] || isSaving.current) return
    // A task has a title: an empty field is none.
    if (member === 'title' && draft.text.trim() === '') return type(draft.over)
    const wanted = member === 'title' ? sendable(draft.text).trim() : sendable(draft.text)
    isSaving.current = true
    const isKept = await actions.edit(task, { [member]: wanted || null }, { [member]: draft.over || null })
    isSaving.current = false
    if (!isKept) return
    kept(draft.text, wanted)
    // What was typed meanwhile, where the field was left meanwhile too.
    if (document.activeElement !== field.current) await save()
  }
  const latest = useRef(save)
  latest.current = save
  useEffect(() => () => void latest.current(), [])
  return { text, type, save, tooLong, field }
}

function TooLong({ why }: { why: string | undefined }) {
  return why ? (
    <span role="alert" className="mt-1 block text-sm text-late">
      {why}
    </span>
  ) : null
}

export function TitleField({ task }: { task: Task }) {
  const { text, type, save, tooLong, field } = useText(task, 'title')
  // At once: what is typed as soon as the field is seen is its text, and no keys of the list.
  useLayoutEffect(() => {
    if (!isTyping(document.activeElement)) field.current?.focus()
  }, [field])
  return (
    <Labelled label="Title">
      <input
        ref={field}
        className="field"
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && void save()}
      />
      <TooLong why={tooLong} />
    </Labelled>
  )
}

/** Shown as Markdown, until the person writes. */
export function DescriptionField({ task }: { task: Task }) {
  const { text, type, save, tooLong, field } = useText(task, 'description')
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
        ref={field}
        className="field min-h-24"
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={() => {
          void save()
          setIsWriting(text === '' || tooLong !== undefined)
        }}
      />
      <TooLong why={tooLong} />
    </Labelled>
  )
}
