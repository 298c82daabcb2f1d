import type { TaskCreate } from '@docket/sdk'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { uuidv7 } from 'uuidv7'
import { useDraft } from '../shell/draft.ts'
import { Icon } from '../shell/icons.tsx'
import { useKeys } from '../shell/keys.ts'
import { useWorkspace } from '../shell/workspace.tsx'
import { type Amended, captured } from './captured.ts'
import type { DateWords } from './date-words.ts'
import { PRIORITIES } from './priorities.ts'

const SeveralTasks = lazy(() => import('./several-tasks.tsx').then(({ SeveralTasks }) => ({ default: SeveralTasks })))

/** What the key of a line begins with that was entered and is no task yet. */
const ENTERED = 'entered '
/** Characters of a title at most, as the contract has it. */
const LONGEST = 200

/** The one field that is always there. `n` or `/` leads to it; Enter adds and stays. */
export function NewTask({ label, isSeen }: { label: string; isSeen: (task: TaskCreate) => boolean }) {
  const { actions, replica } = useWorkspace()
  const input = useRef<HTMLInputElement>(null)
  const { text: line, type } = useDraft('new task', '')
  const add = (tasks: TaskCreate[]) => actions.add(tasks, tasks.every(isSeen))
  const [amended, setAmended] = useState<Amended>({})
  const [dates, setDates] = useState<DateWords>()
  const [pasted, setPasted] = useState<string[]>()
  useKeys({ n: () => input.current?.focus(), '[Shift]+/': () => input.current?.focus() })

  const load = () => import('./date-words.ts').then(({ dateWords }) => dateWords)
  const read = (text: string, words: DateWords | undefined, changes: Amended = {}): TaskCreate => {
    const task = captured(text, words, changes)
    return label && !task.labels?.includes(label) ? { ...task, labels: [...(task.labels ?? []), label] } : task
  }
  const task = read(line, dates, amended)
  const amend = (change: Amended) => setAmended({ ...amended, ...change })
  const isTooLong = task.title.length > LONGEST

  /** Adds a line that the person has entered; it stays on the device as it was typed until it is a task. */
  const enter = async (text: string, changes: Amended) => {
    const key = `${ENTERED}${uuidv7()}`
    replica.setDraft(key, { text, over: '' })
    type('')
    setAmended({})
    // Without the part that reads dates, what was typed is a title all the same.
    const added = await add([read(text, dates ?? (await load().catch(() => undefined)), changes)])
    if (added) replica.setDraft(key, undefined)
  }
  const submit = () => {
    if (task.title && !isTooLong) void enter(line, amended)
  }
  // What was entered when the page was left, and is no task yet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened
  useEffect(() => {
    for (const key of replica.halfTyped.filter((each) => each.startsWith(ENTERED))) {
      const left = replica.draft(key)
      if (left) void add([read(left.text, undefined)]).then((added) => added && replica.setDraft(key, undefined))
    }
  }, [])
  const paste = (event: React.ClipboardEvent) => {
    const lines = event.clipboardData
      .getData('text')
      .split(/\r?\n/)
      .map((each) => each.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim())
      .filter(Boolean)
    if (lines.length < 2) return
    event.preventDefault()
    setPasted(lines)
  }

  return (
    <form
      className="mb-5"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className="flex gap-2">
        <input
          ref={input}
          className="field min-h-11"
          name="title"
          value={line}
          onChange={({ target }) => {
            type(target.value)
            if (target.value === '') setAmended({})
          }}
          onFocus={() =>
            dates ??
            void load().then(
              (words) => setDates(() => words),
              () => {},
            )
          }
          onPaste={paste}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          aria-label="New task"
          aria-describedby="new-task-help"
          placeholder="What is to be done?"
          autoComplete="off"
          enterKeyHint="done"
        />
        <button type="submit" className="primary">
          Add
        </button>
      </div>
      <div id="new-task-help" className="mt-1.5 flex min-h-8 flex-wrap items-center gap-1.5 text-sm text-muted">
        {isTooLong ? (
          <span role="alert" className="text-late">
            A title has at most {LONGEST} characters; this one has {task.title.length}.
          </span>
        ) : line.trim() === '' ? (
          <span>Try “pay rent tomorrow 9am !high #home”</span>
        ) : (
          <Heard line={line} task={task} amended={amended} amend={amend} fixed={label} />
        )}
      </div>
      {pasted && (
        <Suspense>
          <SeveralTasks
            tasks={pasted.map((each) => shortened(read(each, dates)))}
            add={async (tasks) => {
              if (await add(tasks)) setPasted(undefined)
            }}
            asOne={() => {
              setPasted(undefined)
              type(`${line}${pasted.join(' ')}`)
            }}
            close={() => setPasted(undefined)}
          />
        </Suspense>
      )}
    </form>
  )
}

/** A title that is too long is cut, and stands whole in the description. */
function shortened(task: TaskCreate): TaskCreate {
  return task.title.length > LONGEST ? { ...task, title: `${task.title.slice(0, LONGEST - 1)}…`, description: task.title.slice(0, 1_000) } : task
}

/** What was read from the line, each to be changed or taken away before Enter. */
function Heard({ line, task, amended, amend, fixed }: { line: string; task: TaskCreate; amended: Amended; amend: (change: Amended) => void; fixed: string }) {
  const { due_date, due_time, priority = 'none', labels = [] } = task
  const due = due_date ? { day: due_date, time: due_time ?? null } : undefined
  return (
    <>
      {task.title !== line.trim() && <span className="max-w-full truncate">“{task.title}”</span>}
      {due && (
        <span className="chip min-h-7">
          <input
            type="date"
            aria-label="Due"
            className="bg-transparent"
            value={due.day}
            onChange={({ target }) => target.value && amend({ due: { ...due, day: target.value } })}
          />
          <input
            type="time"
            aria-label="Time"
            className="bg-transparent"
            value={due.time ?? ''}
            onChange={({ target }) => amend({ due: { ...due, time: target.value || null } })}
          />
          <Without what="date" click={() => amend({ due: null })} />
        </span>
      )}
      {(priority !== 'none' || amended.priority) && (
        <select
          aria-label="Priority"
          className="chip min-h-7"
          value={priority}
          onChange={({ target }) => amend({ priority: target.value as (typeof PRIORITIES)[number] })}
        >
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {each === 'none' ? 'no priority' : each}
            </option>
          ))}
        </select>
      )}
      {labels.map((label) => (
        <span key={label} className="chip min-h-7">
          #{label}
          {label !== fixed && <Without what={label} click={() => amend({ notLabels: [...(amended.notLabels ?? []), label] })} />}
        </span>
      ))}
    </>
  )
}

function Without({ what, click }: { what: string; click: () => void }) {
  return (
    <button type="button" className="grid size-6 place-items-center rounded hover:bg-hover" aria-label={`Without ${what}`} onClick={click}>
      <Icon name="close" className="size-3.5" />
    </button>
  )
}
