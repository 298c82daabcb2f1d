import { useState } from 'react'
import { PartFailed } from '../../ui/error-boundary.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { View } from '../workspace/views.ts'

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
  const [isEditing, setEditing] = useState(false)
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
        {(list || label) && (
          <button type="button" className="outlined min-h-11" onClick={() => setEditing(true)}>
            {list ? 'Edit list' : 'Edit label'}
          </button>
        )}
        {isEditing && list && <ListDialog list={list} close={close} />}
        {isEditing && !list && label && <LabelDialog label={label} close={close} />}
      </header>
      {list?.description && (
        <p className="-mt-2 mb-4 break-words whitespace-pre-wrap text-muted" dir="auto">
          {list.description}
        </p>
      )}
    </>
  )
}
