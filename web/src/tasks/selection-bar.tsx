import type { Task } from '@docket/sdk'
import { useState } from 'react'
import { useWorkspace } from '../shell/workspace.tsx'
import { asLabel, labelsOf } from './labels.ts'
import { PRIORITIES } from './priorities.ts'

/** What is done to all that is selected. */
export function SelectionBar({ selected, clear, all }: { selected: Task[]; clear: () => void; all: () => void }) {
  const { actions, tasks } = useWorkspace()
  const [label, setLabel] = useState('')
  const isOpen = selected.some(({ completed }) => !completed)
  const isTrash = selected.some(({ trashed_at }) => trashed_at !== null)
  const then = (act: Promise<boolean>) => {
    clear()
    void act
  }
  return (
    <div
      role="toolbar"
      aria-label="Selected tasks"
      className="sticky top-0 z-10 mb-2 flex flex-wrap items-center gap-1.5 border-b border-line bg-(--page) py-2"
    >
      <span className="mr-1 text-sm font-medium tabular-nums">{selected.length} selected</span>
      <button type="button" className="quiet" onClick={all}>
        All
      </button>
      {isTrash ? (
        <button type="button" className="outlined" onClick={() => then(actions.restore(selected))}>
          Restore
        </button>
      ) : (
        <>
          <button type="button" className="outlined" disabled={selected.length === 0} onClick={() => then(actions.complete(selected, isOpen))}>
            {isOpen || selected.length === 0 ? 'Complete' : 'Open again'}
          </button>
          <select
            aria-label="Move to"
            className="outlined"
            disabled={selected.length === 0}
            value=""
            onChange={({ target }) => then(actions.move(selected, { to: target.value as 'top' | 'bottom' }))}
          >
            <option value="" disabled hidden>
              Move…
            </option>
            <option value="top">To the top</option>
            <option value="bottom">To the bottom</option>
          </select>
          <select
            aria-label="Set priority"
            className="outlined"
            disabled={selected.length === 0}
            value=""
            onChange={({ target }) => then(actions.setPriority(selected, target.value as Task['priority']))}
          >
            <option value="" disabled hidden>
              Priority…
            </option>
            {PRIORITIES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (asLabel(label)) then(actions.addLabel(selected, asLabel(label)))
            }}
          >
            <input
              aria-label="Add a label"
              placeholder="Label…"
              className="outlined w-28"
              list="known-labels"
              maxLength={60}
              disabled={selected.length === 0}
              value={label}
              onChange={({ target }) => setLabel(target.value)}
            />
          </form>
          <button type="button" className="outlined" disabled={selected.length === 0} onClick={() => then(actions.remove(selected))}>
            Delete
          </button>
        </>
      )}
      <button type="button" className="quiet ml-auto" onClick={clear}>
        Cancel
      </button>
      <datalist id="known-labels">
        {labelsOf(tasks.values()).map(([each]) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  )
}
