import { useEffect, useMemo, useState } from 'react'
import { useAddress } from '../../ui/address.ts'
import { PartFailed } from '../../ui/error-boundary.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import { isLabel } from '../workspace/labels.ts'
import type { View } from '../workspace/views.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

const failed = { failed: ({ close }: { close: () => void }) => <PartFailed close={close} /> }
const ListDialog = lazyPart(
  () => import('../lists/list-dialog.tsx').then(({ ListDialog }) => ListDialog),
  failed,
)
const LabelDialog = lazyPart(
  () => import('../labels/label-dialog.tsx').then(({ LabelDialog }) => LabelDialog),
  failed,
)

interface ViewHeaderProps {
  view: View
  title: string
  /** That the view is filtered by. */
  label: string
  children: React.ReactNode
}

/** The name of a view, and the way to changing its list, or the label that it shows. */
export function ViewHeader({ view: { list }, title, label, children }: ViewHeaderProps) {
  const { tasks } = useWorkspace()
  const [, setAddress] = useAddress()
  const [isEditing, setEditing] = useState(false)
  const [renamed, setRenamed] = useState<{ from: string; to: string }>()
  // Another device may have renamed or deleted it meanwhile.
  const isThere = useMemo(() => isLabel(tasks.values(), label), [tasks, label])
  const isUndone = renamed?.to === label && !isThere && isLabel(tasks.values(), renamed.from)
  const shown = isUndone ? renamed.from : label
  useEffect(() => {
    if (shown === label) return
    setRenamed(undefined)
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        next.set('label', shown)
        return next
      },
      { replace: true },
    )
  }, [shown, label, setAddress])
  const close = () => setEditing(false)
  return (
    <>
      <header className="mb-4 flex flex-wrap items-center justify-between gap-2">
        <h1
          dir="auto"
          className="min-w-0 max-w-full text-2xl font-semibold tracking-tight wrap-anywhere
            md:text-3xl"
        >
          {title}
        </h1>
        {children}
        {(list || isThere) && (
          <button type="button" className="outlined min-h-11" onClick={() => setEditing(true)}>
            {list ? 'Edit list' : 'Edit label'}
          </button>
        )}
        {isEditing && list && <ListDialog list={list} close={close} />}
        {isEditing && !list && isThere && (
          <LabelDialog
            label={label}
            renamed={(from, to) => setRenamed({ from, to })}
            close={close}
          />
        )}
      </header>
      {list?.description && (
        <p className="-mt-2 mb-4 break-words whitespace-pre-wrap text-muted" dir="auto">
          {list.description}
        </p>
      )}
    </>
  )
}
