import { Link } from 'wouter'
import { pathOfList } from '../workspace/lists.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** At the address of a list that is not there, or not yet. */
export function MissingList({ path, isLoading }: { path: string; isLoading: boolean }) {
  const { lists, actions } = useWorkspace()
  const trashed = [...lists.values()].find((list) => pathOfList(list) === path)
  if (isLoading && !trashed)
    return (
      <p role="status" className="py-6 text-muted">
        Loading your tasks…
      </p>
    )
  return (
    <div className="py-14 text-center">
      <h1 className="mb-2 text-xl font-semibold wrap-anywhere">
        {trashed ? `“${trashed.name}” is in Trash` : 'This list has been deleted'}
      </h1>
      <p className="mt-4 flex justify-center gap-2">
        {trashed && (
          <button
            type="button"
            className="primary"
            onClick={() => void actions.restoreList(trashed)}
          >
            Restore
          </button>
        )}
        <Link href="/" className="outlined">
          Go to Inbox
        </Link>
      </p>
    </div>
  )
}
