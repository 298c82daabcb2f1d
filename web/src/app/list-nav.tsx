import type { List } from '@docket/sdk'
import { type DragEvent, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { ColorDot } from '../features/workspace/chips.tsx'
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
    shown.map((list) => (
      <ListLink key={list.id} list={list} count={counts.get(list.id) ?? 0} siblings={shown} />
    ))
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

/** What is dragged is a list. */
const LIST_TYPE = 'application/x-docket-list'
const LINES = {
  above: 'shadow-[inset_0_2px_0_var(--accent)]',
  below: 'shadow-[inset_0_-2px_0_var(--accent)]',
}

/** A list, which is moved by dragging it, or by Alt with an arrow; tasks are dropped on it. */
function ListLink({ list, count, siblings }: { list: List; count: number; siblings: List[] }) {
  const { actions } = useWorkspace()
  const [location] = useLocation()
  const [line, setLine] = useState<keyof typeof LINES>()
  const path = pathOfList(list)
  const at = siblings.indexOf(list)
  const place = (key: string) => {
    const beside = siblings[key === 'ArrowUp' ? at - 1 : key === 'ArrowDown' ? at + 1 : -1]
    return beside && (key === 'ArrowUp' ? { before: beside.id } : { after: beside.id })
  }
  const lineAt = ({ clientY, currentTarget }: DragEvent<Element>) => {
    const { top, height } = currentTarget.getBoundingClientRect()
    return clientY < top + height / 2 ? 'above' : 'below'
  }
  return (
    <Link
      href={path}
      data-list={list.id}
      aria-current={location === path ? 'page' : undefined}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      className={`nav-link ${line ? LINES[line] : ''}`}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(LIST_TYPE, list.id)
        event.dataTransfer.effectAllowed = 'move'
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(LIST_TYPE)) return
        event.preventDefault()
        setLine(lineAt(event))
      }}
      onDragLeave={() => setLine(undefined)}
      onDrop={(event) => {
        event.preventDefault()
        setLine(undefined)
        const dragged = siblings.find(({ id }) => id === event.dataTransfer.getData(LIST_TYPE))
        if (!dragged || dragged === list) return
        void actions.moveList(
          dragged,
          lineAt(event) === 'above' ? { before: list.id } : { after: list.id },
        )
      }}
      onKeyDown={(event) => {
        const to = event.altKey ? place(event.key) : undefined
        if (!to) return
        event.preventDefault()
        void actions.moveList(list, to)
      }}
    >
      <span className="grid size-5 shrink-0 place-items-center">
        <ColorDot color={list.color} />
      </span>
      <span className="truncate" dir="auto">
        {list.name}
      </span>
      {count > 0 && <span className="ml-auto text-sm text-muted tabular-nums">{count}</span>}
    </Link>
  )
}
