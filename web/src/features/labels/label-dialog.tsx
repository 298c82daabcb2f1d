import { useState } from 'react'
import { useLocation } from 'wouter'
import { fold } from '../../../../rules/fold.ts'
import { colorOf } from '../../replica/operations/labels.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { ColorField } from '../lists/color-field.tsx'
import { asLabel, hasLabel, labelProblem, pathOfLabel, sameLabel } from '../workspace/labels.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** Renames a label, gives it a colour, or takes it from all tasks. */
export function LabelDialog({ label, close }: { label: string; close: () => void }) {
  const { actions, labels, tasks } = useWorkspace()
  const [, go] = useLocation()
  // In the spelling that tasks have it in, whatever the address says.
  const known = sameLabel(tasks.values(), label)
  const [typed, setTyped] = useState(known)
  const [chosen, setColor] = useState<ReturnType<typeof colorOf>>()
  const name = asLabel(typed)
  const isOther = fold(name) !== fold(known)
  const isTaken =
    isOther && [...tasks.values()].some((task) => !task.trashed_at && hasLabel(task, name))
  // Where it becomes one with another label, that one keeps its colour.
  const colorThere = isOther ? colorOf(labels, name) : 'gray'
  const color = chosen ?? (colorThere === 'gray' ? colorOf(labels, known) : colorThere)
  const problem = labelProblem([name])
  const isValid = name !== '' && problem === undefined
  const then = async (act: Promise<boolean>, path: string) => {
    if (!(await act)) return
    close()
    go(path, { replace: true })
  }

  return (
    <Dialog title="Edit label" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) void then(actions.editLabel(known, { name, color }), pathOfLabel(name))
        }}
      >
        <h2 className="mb-3 text-lg font-semibold">Edit label</h2>
        <Field
          label="Name"
          name="label-name"
          data-focus
          dir="auto"
          value={typed}
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
        />
        {problem && (
          <p role="alert" className="mt-1 text-sm text-late">
            {problem}
          </p>
        )}
        {isTaken && (
          <p role="status" className="mt-1 text-sm text-muted">
            There is a label #{name} already. The two become one.
          </p>
        )}
        <ColorField color={color} set={setColor} />
        <div className="mt-5 flex flex-wrap items-center gap-2">
          <button
            type="button"
            className="outlined"
            onClick={() => then(actions.removeLabel(known), '/all')}
          >
            Delete label
          </button>
          <span className="ml-auto flex items-center gap-2">
            <button type="button" className="quiet" onClick={close}>
              Cancel
            </button>
            <button type="submit" className="primary" disabled={!isValid}>
              Save
            </button>
          </span>
        </div>
      </form>
    </Dialog>
  )
}
