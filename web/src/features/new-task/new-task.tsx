import { useState } from 'react'
import { lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { PartFailed } from '../../ui/error-boundary.tsx'
import { useKeys } from '../../ui/keys.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { shortened } from './creation.ts'
import { QuickAddPreview } from './quick-add-preview.tsx'
import { type NewTaskProps, useNewTask } from './use-new-task.ts'

const SeveralTasks = lazyPart(
  () => import('./several-tasks.tsx').then(({ SeveralTasks }) => SeveralTasks),
  {
    failed: ({ close }) => <PartFailed close={close} />,
  },
)

/** The field for a new task. `n` or `/` leads to it; Enter adds and stays. */
export function NewTask(props: NewTaskProps) {
  const { adds, label } = props
  const {
    input,
    line,
    type,
    said,
    overrides,
    setOverrides,
    excess,
    read,
    add,
    submit,
    unsaved,
    enter,
  } = useNewTask(props)
  const [pasted, setPasted] = useState<{ lines: string[]; before: string; after: string }>()
  useKeys({ n: () => input.current?.focus(), '[Shift]+/': () => input.current?.focus() })
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
          placeholder={label ? `Add a task with #${label}` : adds.placeholder}
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
          <span>Try “Pay rent tomorrow 9am #home !high”, or “/” and the name of a list</span>
        ) : (
          <QuickAddPreview
            line={line}
            said={said}
            overrides={overrides}
            override={(change) => setOverrides({ ...overrides, ...change })}
            fixed={label}
          />
        )}
      </div>
      <UnsavedLines keys={unsaved.split('\n').filter(Boolean)} enter={enter} />
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

/** Lines that were entered and could not be kept as tasks. */
function UnsavedLines({ keys, enter }: { keys: string[]; enter: (key: string) => unknown }) {
  const { replica } = useWorkspace()
  return keys.map((key) => (
    <div key={key} role="alert" className="alert">
      <p dir="auto">Couldn't save “{replica.draft(key)?.text}” on this device.</p>
      <div className="mt-2 flex gap-2">
        <button type="button" className="outlined" onClick={() => void enter(key)}>
          Try again
        </button>
        <button type="button" className="outlined" onClick={() => replica.setDraft(key, undefined)}>
          Discard
        </button>
      </div>
    </div>
  ))
}
