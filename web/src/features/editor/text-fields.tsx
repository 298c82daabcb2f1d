import type { Task } from '@docket/sdk'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { sendable } from '../../../../rules/quick-add.ts'
import type { Replica } from '../../replica/replica.ts'
import { afterPress } from '../../ui/after-press.ts'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import { isTyping } from '../../ui/keys.ts'
import { Labelled } from '../../ui/labelled.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { useDraft } from '../workspace/draft.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

interface Text {
  text: string
}

/** Until the part that knows Markdown is there, and where it fails over a text, the text itself. */
const Plain = ({ text }: Text) => (
  <p dir="auto" className="break-words whitespace-pre-wrap">
    {text}
  </p>
)
const Markdown = lazyPart<Text>(() => import('./markdown.tsx').then(({ Markdown }) => Markdown), {
  loading: Plain,
  failed: Plain,
})

type Member = 'title' | 'description'
const MEMBERS: Member[] = ['title', 'description']
const keyOf = (id: string, member: Member) => `${id} ${member}`

/** Which text of a task, as it is typed by now, is too long to be kept. */
export function tooLongMember(replica: Replica, id: string): Member | undefined {
  return MEMBERS.find(
    (member) =>
      lengthOf(wantedOf(member, replica.draft(keyOf(id, member))?.text ?? '')) > LIMITS[member],
  )
}

/** What a field sends of its text. */
const wantedOf = (member: Member, text: string): string =>
  member === 'title' ? sendable(text).trim() : sendable(text)

/**
 * The text of a task while the user types. Each keystroke is stored on the device. When the field
 * is left in any way, the text becomes a change of the task.
 */
function useText(task: Task, member: Member) {
  const { actions, replica } = useWorkspace()
  const { text, current, type, kept } = useDraft(keyOf(task.id, member), task[member] ?? '')
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const [limit, length] = [LIMITS[member], lengthOf(wantedOf(member, text))]
  const excess = length - limit
  const tooLong =
    excess > 0
      ? `${excess} ${excess === 1 ? 'character' : 'characters'} too long ` +
        `(${length}/${limit}). Not saved yet.`
      : undefined
  const saveNow = async (): Promise<void> => {
    for (;;) {
      const draft = current()
      if (!draft || lengthOf(wantedOf(member, draft.text)) > limit) return
      // A task must have a title, so an empty field does not count as one.
      if (member === 'title' && draft.text.trim() === '') return type(draft.over)
      const wanted = wantedOf(member, draft.text)
      const isKept = await actions.edit(
        task,
        { [member]: wanted || null },
        { [member]: draft.over || null },
      )
      if (!isKept) return
      kept(draft.text, wanted)
      // If the field was left while saving, saves what was typed in the meantime, too.
      if (document.activeElement === field.current) return
    }
  }
  const saving = useRef<Promise<void>>(undefined)
  const save = (): Promise<void> => {
    saving.current ??= saveNow().finally(() => {
      saving.current = undefined
    })
    return saving.current
  }
  const leave = useRef(save)
  leave.current = async () => {
    await save()
    // A text that could not be saved stays on the device, and the page shows a message.
    if (current()) replica.keepUnsaved(keyOf(task.id, member))
  }
  useEffect(() => () => void leave.current(), [])
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
  // In a layout effect, so that keys typed right away go into the field and are not shortcuts of
  // the list.
  useLayoutEffect(() => {
    if (!isTyping(document.activeElement)) field.current?.focus()
  }, [field])
  return (
    <Labelled label="Title">
      <input
        ref={field}
        className="field"
        dir="auto"
        data-member="title"
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={() => void save()}
        onKeyDown={(event) =>
          event.key === 'Enter' && !event.nativeEvent.isComposing && void save()
        }
      />
      <TooLong why={tooLong} />
    </Labelled>
  )
}

/** Shown as Markdown, until the person writes. */
export function DescriptionField({ task }: { task: Task }) {
  const { text, type, save, tooLong, field } = useText(task, 'description')
  const [isWriting, setIsWriting] = useState(text !== (task.description ?? '') || !task.description)
  const [isAsked, setIsAsked] = useState(false)
  useLayoutEffect(() => {
    if (isAsked) field.current?.focus()
  }, [field, isAsked])
  if (!isWriting) {
    return (
      <div>
        <div className="mb-1 flex items-center justify-between">
          <span className="text-sm font-medium">Description</span>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              setIsWriting(true)
              setIsAsked(true)
            }}
          >
            Edit
          </button>
        </div>
        <ErrorBoundary fallback={<Plain text={text} />} resetKey={text}>
          <Markdown text={text} />
        </ErrorBoundary>
      </div>
    )
  }
  return (
    <Labelled label="Description" hint="Markdown supported">
      <textarea
        ref={field}
        className="field min-h-24 [field-sizing:content] max-h-[60vh]"
        dir="auto"
        data-member="description"
        rows={Math.min(12, text.split('\n').length + 1)}
        value={text}
        onChange={({ target }) => type(target.value)}
        onBlur={() => {
          void save()
          setIsAsked(false)
          const isDone = text !== '' && tooLong === undefined
          if (isDone)
            afterPress(() => document.activeElement !== field.current && setIsWriting(false))
        }}
      />
      <TooLong why={tooLong} />
    </Labelled>
  )
}
