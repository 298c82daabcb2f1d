import { ColorDot } from '../workspace/chips.tsx'
import { trashedLists } from '../workspace/lists.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** The lists in the trash, each of which comes back with its tasks. */
export function TrashedLists() {
  const { lists, actions } = useWorkspace()
  return trashedLists(lists).map((list) => (
    <div key={list.id} className="flex items-center gap-3 border-b border-line px-1 py-1">
      <ColorDot color={list.color} />
      <span className="min-w-0 grow break-words" dir="auto">
        {list.name}
      </span>
      <button
        type="button"
        className="quiet min-h-11"
        aria-label={`Restore list ${list.name}`}
        onClick={() => actions.restoreList(list)}
      >
        Restore
      </button>
    </div>
  ))
}
