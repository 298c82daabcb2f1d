import type { Task } from '@docket/sdk'
import { useState } from 'react'
import { PRIORITIES, priorityOf } from '../../../../rules/priorities.ts'
import { ListSelect } from '../lists/list-select.tsx'
import { asLabel, labelProblem, labelsOf, sameLabel } from '../workspace/labels.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** What is done to all that is selected. */
export function SelectionBar({
  selected,
  clear,
  all,
}: {
  selected: Task[]
  clear: () => void
  all: () => void
}) {
  const { actions, tasks } = useWorkspace()
  const [label, setLabel] = useState('')
  const wrong = labelProblem([asLabel(label)])
  const isOpen = selected.some(({ completed }) => !completed)
  const isTrash = selected.some(({ trashed_at }) => trashed_at !== null)
  const then = async (act: Promise<boolean>) => {
    // What is selected, and typed, stays until it is on the device.
    if (await act) clear()
  }
  return (
    <div
      role="toolbar"
      aria-label="Selected tasks"
      className="sticky top-0 z-10 mb-2 flex flex-wrap items-center gap-1.5 border-b
        border-line bg-(--page) py-2"
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
          <button
            type="button"
            className="outlined"
            disabled={selected.length === 0}
            onClick={() => then(actions.complete(selected, isOpen))}
          >
            {isOpen || selected.length === 0 ? 'Complete' : 'Reopen'}
          </button>
          <ListSelect
            label="Put into list"
            placeholder="List…"
            className="outlined w-24"
            value={undefined}
            isDisabled={selected.length === 0}
            choose={(listId) => void then(actions.moveToList(selected, listId))}
          />
          <select
            aria-label="Move to"
            className="outlined"
            disabled={selected.length === 0}
            value=""
            onChange={({ target }) =>
              then(actions.move(selected, { to: target.value as 'top' | 'bottom' }))
            }
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
            onChange={({ target }) => then(actions.setPriority(selected, priorityOf(target.value)))}
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
              if (asLabel(label) && !wrong)
                void then(actions.addLabel(selected, sameLabel(tasks.values(), asLabel(label))))
            }}
          >
            <input
              aria-label="Add a label"
              placeholder="Label…"
              className="outlined w-28"
              list="known-labels"
              dir="auto"
              disabled={selected.length === 0}
              value={label}
              onChange={({ target }) => setLabel(target.value)}
            />
          </form>
          <button
            type="button"
            className="outlined"
            disabled={selected.length === 0}
            onClick={() => then(actions.remove(selected))}
          >
            Delete
          </button>
        </>
      )}
      <button type="button" className="quiet ml-auto" onClick={clear}>
        Cancel
      </button>
      {wrong && (
        <span role="alert" className="w-full text-sm text-late">
          {wrong}
        </span>
      )}
      <datalist id="known-labels">
        {labelsOf(tasks.values()).map(([each]) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  )
}
