import { useMemo, useState } from 'react'
import { fold } from '../../../../rules/fold.ts'
import { colorOf } from '../../replica/operations/labels.ts'
import { useAddress } from '../../ui/address.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { ColorField } from '../workspace/color-field.tsx'
import { asLabel, isLabel, labelProblem, sameLabel } from '../workspace/labels.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

interface LabelDialogProps {
  label: string
  /** Called once it has another name. */
  renamed: (from: string, to: string) => void
  close: () => void
}

/** Renames a label, gives it a color, or takes it from all tasks outside the trash. */
export function LabelDialog({ label, renamed, close }: LabelDialogProps) {
  const { actions, labels, tasks } = useWorkspace()
  const [, setAddress] = useAddress()
  // In the spelling that tasks have it in, whatever the address says.
  const [known] = useState(() => sameLabel(tasks.values(), label))
  const [typed, setTyped] = useState(known)
  const [chosen, setColor] = useState<ReturnType<typeof colorOf>>()
  const isOther = typed !== known && fold(asLabel(typed)) !== fold(known)
  // Another label keeps its spelling; this one gets the one that is typed, if any is.
  const name =
    typed === known ? known : isOther ? sameLabel(tasks.values(), asLabel(typed)) : asLabel(typed)
  const isTaken = useMemo(() => isOther && isLabel(tasks.values(), name), [tasks, isOther, name])
  // Where it becomes one with another label, that one keeps its color.
  const colorThere = isOther ? colorOf(labels, name) : 'gray'
  const color = chosen ?? (colorThere === 'gray' ? colorOf(labels, known) : colorThere)
  const problem = labelProblem([name])
  const isValid = name !== '' && problem === undefined
  /** Closes once it is done; the view shows the new name, or no label any more. */
  const then = async (act: Promise<boolean>, shown?: string) => {
    if (!(await act)) return
    if (shown !== undefined) renamed(known, shown)
    close()
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        if (shown === undefined) next.delete('label')
        else next.set('label', shown)
        return next
      },
      { replace: true },
    )
  }

  return (
    <Dialog title="Edit label" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) void then(actions.editLabel(known, { name, color }), name)
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
          <p role="status" className="mt-1 text-sm wrap-anywhere text-muted">
            There is a label #{name} already. The two become one.
          </p>
        )}
        <ColorField color={color} set={setColor} />
        <div className="mt-5 flex flex-wrap items-center gap-2">
          <button
            type="button"
            className="outlined"
            onClick={() => then(actions.removeLabel(known))}
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
