import type { List } from '@docket/sdk'
import { useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import { ListDot } from '../features/workspace/chips.tsx'
import { openLists, pathOfList } from '../features/workspace/lists.ts'
import { useWorkspace } from '../features/workspace/workspace.tsx'

/** The way to every list, and to a new one. */
export function ListNav({ openNew }: { openNew: () => void }) {
  const { lists, tasks } = useWorkspace()
  const [location] = useLocation()
  const counts = useMemo(() => {
    const counts = new Map<string, number>()
    for (const { list_id, completed, trashed_at } of tasks.values())
      if (list_id !== null && !completed && trashed_at === null)
        counts.set(list_id, (counts.get(list_id) ?? 0) + 1)
    return counts
  }, [tasks])
  const all = openLists(lists)
  const archived = all.filter((list) => list.archived)
  const links = (shown: List[]) =>
    shown.map((list) => <ListLink key={list.id} list={list} count={counts.get(list.id) ?? 0} />)
  return (
    <nav aria-label="Lists">
      <div className="mb-1 flex items-center justify-between px-3">
        <h2 className="text-xs font-semibold tracking-wide text-muted uppercase">Lists</h2>
        <button
          type="button"
          className="quiet -my-2 -mr-2 min-h-11 text-sm"
          aria-label="New list"
          onClick={openNew}
        >
          + New
        </button>
      </div>
      {links(all.filter((list) => !list.archived))}
      {archived.length > 0 && (
        <details open={archived.some((list) => pathOfList(list) === location) || undefined}>
          <summary className="cursor-pointer px-3 py-1.5 text-sm text-muted">
            Archived ({archived.length})
          </summary>
          {links(archived)}
        </details>
      )}
    </nav>
  )
}

function ListLink({ list, count }: { list: List; count: number }) {
  const [location] = useLocation()
  const path = pathOfList(list)
  return (
    <Link href={path} aria-current={location === path ? 'page' : undefined} className="nav-link">
      <span className="grid size-5 shrink-0 place-items-center">
        <ListDot color={list.color} />
      </span>
      <span className="truncate" dir="auto">
        {list.name}
      </span>
      {count > 0 && <span className="ml-auto text-sm text-muted tabular-nums">{count}</span>}
    </Link>
  )
}
