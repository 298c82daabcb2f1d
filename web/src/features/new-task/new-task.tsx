import type { TaskCreate } from '@docket/sdk'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { uuidv7 } from 'uuidv7'
import { uniqueLabels } from '../../../../rules/fold.ts'
import { cut, lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { PRIORITIES } from '../../../../rules/priorities.ts'
import { type Overrides, parseQuickAdd, type QuickAdd } from '../../../../rules/quick-add.ts'
import { PartFailed } from '../../ui/error-boundary.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useKeys } from '../../ui/keys.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { useDraft } from '../workspace/draft.ts'
import { dayOf, timeOf } from '../workspace/due.ts'
import { sameLabel } from '../workspace/labels.ts'
import type { View } from '../workspace/views.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

const SeveralTasks = lazyPart(
  () => import('./several-tasks.tsx').then(({ SeveralTasks }) => SeveralTasks),
  {
    failed: ({ close }) => <PartFailed close={close} />,
  },
)

/** What the key of a line begins with that was entered and is no task yet. */
const ENTERED = 'entered '
/**
 * The keys of lines that are on their way to be tasks: one page tries each once, whatever view it
 * shows.
 */
const adding = new Set<string>()

interface NewTaskProps {
  adds: NonNullable<View['adds']>
  /** The label of the view. */
  label: string
  isSeen: (task: TaskCreate) => boolean
}

/** The field for a new task. `n` or `/` leads to it; Enter adds and stays. */
export function NewTask({ adds, label, isSeen }: NewTaskProps) {
  const { actions, replica, tasks } = useWorkspace()
  const input = useRef<HTMLInputElement>(null)
  const { text: line, type } = useDraft('new task', '')
  const add = (created: TaskCreate[]) => actions.add(created, created.every(isSeen))
  const [overrides, setOverrides] = useState<Overrides>({})
  const [pasted, setPasted] = useState<{ lines: string[]; before: string; after: string }>()
  useKeys({ n: () => input.current?.focus(), '[Shift]+/': () => input.current?.focus() })

  const read = (text: string, changes: Overrides = {}): QuickAdd => {
    const now = new Date()
    const said = parseQuickAdd(text, { day: dayOf(now), time: timeOf(now) }, { ...changes, label })
    const day = adds.day?.(dayOf(now))
    const due = said.due ?? (day && changes.due !== null ? { day, time: null } : undefined)
    return {
      ...said,
      due,
      labels: uniqueLabels(said.labels.map((each) => sameLabel(tasks.values(), each))),
    }
  }
  const said = read(line, overrides)
  const override = (change: Overrides) => setOverrides({ ...overrides, ...change })
  const excess = lengthOf(said.title) - LIMITS.title

  const unsaved = useSyncExternalStore(replica.subscribe, () =>
    [...replica.halfTyped]
      .filter((key) => key.startsWith(ENTERED) && !adding.has(key) && replica.draft(key))
      .join('\n'),
  )
  /**
   * Makes a task of a line that was entered. Until it is one, the line stays on the device, with
   * the task that it is to be.
   */
  const enter = async (key: string): Promise<boolean> => {
    const entered = replica.draft(key)
    if (!entered || adding.has(key)) return false
    adding.add(key)
    const added = await add([entered.creation ?? creationOf(read(entered.text))])
    adding.delete(key)
    if (added) replica.setDraft(key, undefined)
    return added
  }
  const submit = async () => {
    if (!said.title || line.trim() === '' || excess > 0) return
    const key = `${ENTERED}${uuidv7()}`
    replica.setDraft(key, { text: line, over: '', creation: { ...creationOf(said), id: uuidv7() } })
    type('')
    setOverrides({})
    if (await enter(key)) return
    // Back into the field, unless the next line is in it by now.
    if (input.current?.value !== '') return replica.leaveHalfTyped(key)
    type(line)
    setOverrides(overrides)
    replica.setDraft(key, undefined)
  }
  // What was entered when the page was left, and is no task yet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the field is first shown
  useEffect(() => {
    for (const key of replica.halfTyped)
      if (key.startsWith(ENTERED) && !adding.has(key)) void enter(key)
  }, [])
  const paste = (event: React.ClipboardEvent) => {
    const lines = event.clipboardData
      .getData('text')
      .split(/\r?\n/)
      .map((each) => each.replace(/^\s*(?:[-*•]|\d+[.)])\s+(?:\[ \]\s+)?/, '').trim())
      .filter(Boolean)
    if (lines.length < 2) return
    event.preventDefault()
    const [from, to] = [
      input.current?.selectionStart ?? line.length,
      input.current?.selectionEnd ?? line.length,
    ]
    setPasted({ lines, before: line.slice(0, from), after: line.slice(to) })
  }

  return (
    <form
      className="mb-5"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="flex gap-2">
        <input
          ref={input}
          className="field min-h-11"
          name="title"
          dir="auto"
          value={line}
          onChange={({ target }) => {
            type(target.value)
            if (target.value === '') setOverrides({})
          }}
          onPaste={paste}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          aria-label="New task"
          aria-describedby="new-task-help"
          placeholder={adds.placeholder}
          autoComplete="off"
          enterKeyHint="done"
        />
        <button type="submit" className="primary">
          Add
        </button>
      </div>
      <div
        id="new-task-help"
        className="mt-1.5 flex min-h-8 flex-wrap items-center gap-1.5 text-sm text-muted"
      >
        {excess > 0 ? (
          <span role="alert" className="text-late">
            {excess === 1 ? '1 character' : `${excess} characters`} too long ({lengthOf(said.title)}
            /{LIMITS.title})
          </span>
        ) : line.trim() === '' ? (
          <span>Try “Pay rent tomorrow 9am #home !high”</span>
        ) : (
          <QuickAddPreview
            line={line}
            said={said}
            overrides={overrides}
            override={override}
            fixed={label}
          />
        )}
      </div>
      {unsaved
        .split('\n')
        .filter(Boolean)
        .map((key) => (
          <div key={key} role="alert" className="alert">
            <p dir="auto">Couldn't save “{replica.draft(key)?.text}” on this device.</p>
            <div className="mt-2 flex gap-2">
              <button type="button" className="outlined" onClick={() => void enter(key)}>
                Try again
              </button>
              <button
                type="button"
                className="outlined"
                onClick={() => replica.setDraft(key, undefined)}
              >
                Discard
              </button>
            </div>
          </div>
        ))}
      {pasted && (
        <SeveralTasks
          tasks={pasted.lines.flatMap((each) => shortened(read(each)))}
          add={async (created) => {
            const added = await add(created)
            if (added) setPasted(undefined)
            return added
          }}
          asOne={() => {
            setPasted(undefined)
            type(`${pasted.before}${pasted.lines.join(' ')}${pasted.after}`)
          }}
          close={() => setPasted(undefined)}
        />
      )}
    </form>
  )
}

function creationOf({ title, due, priority, labels }: QuickAdd): TaskCreate {
  return {
    title,
    ...(due ? { due_date: due.day, ...(due.time ? { due_time: due.time } : {}) } : {}),
    ...(priority === 'none' ? {} : { priority }),
    ...(labels.length > 0 ? { labels } : {}),
  }
}

/**
 * A title that is too long is cut, and stands whole in the description; what is too long for that
 * too becomes several tasks.
 */
function shortened(said: QuickAdd): TaskCreate[] {
  const task = creationOf(said)
  const creations: TaskCreate[] = []
  for (let rest = said.title; rest !== ''; ) {
    const piece = cut(rest, LIMITS.description) || rest.slice(0, LIMITS.description)
    rest = rest.slice(piece.length).trimStart()
    const isLong = lengthOf(piece) > LIMITS.title
    creations.push(
      isLong
        ? { ...task, title: `${cut(piece, LIMITS.title - 1).trimEnd()}…`, description: piece }
        : { ...task, title: piece },
    )
  }
  return creations
}

interface PreviewProps {
  line: string
  said: QuickAdd
  overrides: Overrides
  override: (change: Overrides) => void
  fixed: string
}

/** What was read from the line, each to be changed or taken away before Enter. */
function QuickAddPreview({ line, said, overrides, override, fixed }: PreviewProps) {
  const { title, due, priority, labels, saysRepeat } = said
  return (
    <>
      {title !== line.trim() && (
        <span className="max-w-full truncate" dir="auto">
          “{title}”
        </span>
      )}
      {due && (
        <span className="chip min-h-7">
          <input
            type="date"
            aria-label="Due"
            className="bg-transparent"
            value={due.day}
            onChange={({ target }) =>
              target.value && override({ due: { ...due, day: target.value } })
            }
          />
          <input
            type="time"
            aria-label="Time"
            className="bg-transparent"
            value={due.time ?? ''}
            onChange={({ target }) => override({ due: { ...due, time: target.value || null } })}
          />
          <Remove what="date" click={() => override({ due: null })} />
        </span>
      )}
      {saysRepeat && <span>Docket can't repeat tasks yet.</span>}
      {(priority !== 'none' || overrides.priority) && (
        <select
          aria-label="Priority"
          className="chip min-h-7"
          value={priority}
          onChange={({ target }) =>
            override({ priority: target.value as (typeof PRIORITIES)[number] })
          }
        >
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {each === 'none' ? 'No priority' : each}
            </option>
          ))}
        </select>
      )}
      {labels.map((label) => (
        <span key={label} className="chip min-h-7" dir="auto">
          #{label}
          {label !== fixed && (
            <Remove
              what={`label ${label}`}
              click={() => override({ notLabels: [...(overrides.notLabels ?? []), label] })}
            />
          )}
        </span>
      ))}
    </>
  )
}

function Remove({ what, click }: { what: string; click: () => void }) {
  return (
    <button
      type="button"
      className="grid size-6 place-items-center rounded hover:bg-hover"
      aria-label={`Remove ${what}`}
      onClick={click}
    >
      <Icon name="close" className="size-3.5" />
    </button>
  )
}
