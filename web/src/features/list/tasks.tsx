import type { Task, TaskCreate } from '@docket/sdk'
import {
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useLocation } from 'wouter'
import { previewOf } from '../../replica/operations/operations.ts'
import { useAddress } from '../../ui/address.ts'
import { ErrorBoundary, PartFailed } from '../../ui/error-boundary.tsx'
import { PendingChanges } from '../changes/pending-changes.tsx'
import { TrashedLists } from '../lists/trashed-lists.tsx'
import { NewTask } from '../new-task/new-task.tsx'
import { dayName, dueOf } from '../workspace/due.ts'
import { filterOf, fits, sorted } from '../workspace/filter.ts'
import { trashedLists } from '../workspace/lists.ts'
import { pathOfTask, type View } from '../workspace/views.ts'
import { useWorkspace } from '../workspace/workspace.tsx'
import { EmptyTrash } from './empty-trash.tsx'
import { useListKeys } from './list-keys.ts'
import { SelectionBar } from './selection-bar.tsx'
import type { ListProps } from './task-list.tsx'
import { Toolbar } from './toolbar.tsx'
import { type TreeRows, treeRows } from './tree-rows.ts'
import { useFolded } from './use-folded.ts'
import { useList } from './use-list.ts'
import { ViewHeader } from './view-header.tsx'

/** One view: the field for a new task, and the tasks that are in it. */
export function Tasks({ view, title }: { view: View; title: string }) {
  const { tasks, lists, isLoading, trouble, today, timeZone, actions } = useWorkspace()
  const trashed = view.path === '/trash' ? trashedLists(lists).length : 0
  const [address, setAddress] = useAddress()
  const filter = filterOf(address, view.sort)
  // biome-ignore lint/correctness/useExhaustiveDependencies: due times depend on the time zone
  const held = useMemo(
    () =>
      sorted(
        [...tasks.values()].filter((task) => view.holds(task, today)),
        filter.sort,
      ),
    [tasks, view, today, timeZone, filter.sort],
  )
  const { label, priority, sort } = filter
  const q = useDeferredValue(filter.q)
  const isManual = filter.sort === 'position' && view.sort === 'position'
  const isTree = isManual && !q && !label && !priority
  const { folded, fold, unfold } = useFolded(tasks)
  const { tasks: shown, nestings } = useMemo((): { tasks: Task[] } & Partial<TreeRows> => {
    const found = held.filter(fits({ q, label, priority, sort }))
    return isTree ? treeRows(found, folded) : { tasks: found }
  }, [held, q, label, priority, sort, isTree, folded])

  const [selected, setSelected] = useState<Set<string>>(() => new Set())
  const [isAsked, setIsAsked] = useState(false)
  const [anchor, setAnchor] = useState<string>()
  const [edited, setEdited] = useState<string>()
  const [current, setCurrent] = useState<ListProps['current']>()
  const isSelecting = isAsked || selected.size > 0

  const select = useCallback(
    (task: Task, isRange: boolean) => {
      const ends = [shown.findIndex(({ id }) => id === anchor), shown.indexOf(task)]
      const [from, to] = [Math.min(...ends), Math.max(...ends)]
      const between =
        isRange && from >= 0 ? shown.slice(from, to + 1).map(({ id }) => id) : [task.id]
      setSelected((before) => {
        const next = new Set(before)
        const isOff = !isRange && before.has(task.id)
        for (const id of between) isOff ? next.delete(id) : next.add(id)
        return next
      })
      setAnchor(task.id)
    },
    [shown, anchor],
  )
  const clear = useCallback(() => {
    setSelected(new Set())
    setIsAsked(false)
  }, [])
  const open = useCallback((task: Task | undefined) => setEdited(task?.id), [])
  const reach = useCallback(
    (id: string) => setCurrent((before) => (before?.id === id ? before : { id, sent: 0 })),
    [],
  )
  const send = useCallback(
    (id: string | undefined) =>
      id && setCurrent((before) => ({ id, sent: (before?.sent ?? 0) + 1 })),
    [],
  )

  // If the focused task leaves the list, moves the focus to the task that is now in its place,
  // before the next key press.
  const place = useRef(0)
  const at = shown.findIndex(({ id }) => id === current?.id)
  useLayoutEffect(() => {
    if (at >= 0) place.current = at
    else if (current && document.activeElement === document.body)
      send(shown[Math.min(place.current, shown.length - 1)]?.id)
  }, [at, current, shown, send])

  const List = useList(isManual, edited !== undefined, send)

  const isSeen = (task: TaskCreate) => {
    const made = previewOf(task)
    return view.holds(made, today) && fits(filter)(made)
  }
  // A link to a task opens it, in a view that holds it.
  const asked = address.get('task')
  const isKnown = !isLoading || tasks.has(asked ?? '')
  const [, navigate] = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the link says, when it says it
  useEffect(() => {
    const task = tasks.get(asked ?? '')
    if (!asked || (!task && isLoading)) return
    if (task && !(view.holds(task, today) && fits(filter)(task)))
      return navigate(`${pathOfTask(task)}?task=${asked}`, { replace: true })
    if (task) unfold(task)
    setEdited(asked)
    send(asked)
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        next.delete('task')
        return next
      },
      { replace: true },
    )
  }, [asked, isKnown, view, send, setAddress])
  // Closes a task that is no longer shown, so that it is not open if it comes back.
  const wasShown = useRef<string>(undefined)
  const isShown = shown.some(({ id }) => id === edited)
  useEffect(() => {
    if (isShown) wasShown.current = edited
    else if (edited && wasShown.current === edited) setEdited(undefined)
  }, [isShown, edited])

  const chosen = shown.filter(({ id }) => selected.has(id))
  useListKeys({
    shown,
    current: current?.id,
    selected: chosen,
    actions,
    isManual,
    open,
    select: (task) => select(task, false),
    clear,
    isFoldedOf: ({ id }) => nestings?.get(id)?.isFolded,
    fold,
    send,
  })

  const list: ListProps = {
    tasks: shown,
    nestings,
    listOf: ({ list_id, id }) =>
      view.list || nestings?.get(id)?.depth ? undefined : lists.get(list_id ?? ''),
    parentOf: ({ parent_id, id }) =>
      nestings?.get(id)?.depth ? undefined : tasks.get(parent_id ?? ''),
    fold,
    headingOf: (index) => headingOf(view, filter.sort, shown, index, today),
    selected,
    edited,
    current,
    setCurrent: reach,
    actions,
    isSelecting,
    isManual,
    timeZone,
    today,
    open,
    select,
  }
  return (
    <>
      <ViewHeader view={view} title={title} label={label}>
        {view.path === '/trash' && held.length + trashed > 0 && (
          <EmptyTrash count={held.length} lists={trashed} />
        )}
      </ViewHeader>
      <ErrorBoundary fallback={<PartFailed />}>
        {view.adds && <NewTask adds={view.adds} label={filter.label} isSeen={isSeen} />}
      </ErrorBoundary>
      <PendingChanges edited={edited} />
      <Toolbar
        filter={filter}
        found={shown.length}
        all={held.length}
        isSelecting={isSelecting}
        setSelecting={(on) => (on ? setIsAsked(true) : clear())}
      />
      {isSelecting && (
        <SelectionBar
          selected={chosen}
          clear={clear}
          all={() => setSelected(new Set(shown.map(({ id }) => id)))}
        />
      )}
      {isLoading && !trouble && (
        <p role="status" className="py-6 text-muted">
          Loading your tasks…
        </p>
      )}
      {trashed > 0 && <TrashedLists />}
      {shown.length === 0 && trashed === 0 && (!isLoading || trouble) && (
        <p className="py-14 text-center text-muted">
          {isLoading
            ? "Couldn't load your tasks yet. Retrying…"
            : held.length > 0 || label
              ? `No results${filter.q ? ` for “${filter.q}”` : ''} in ${title}.`
              : view.empty}
        </p>
      )}
      <List {...list} />
    </>
  )
}

/** Upcoming is told by day, and Today says what is late. */
function headingOf(
  view: View,
  sort: string,
  shown: Task[],
  index: number,
  today: string,
): string | undefined {
  if (sort !== 'due' || !/today|upcoming/.test(view.path)) return undefined
  const groupOf = (task: Task | undefined) => {
    const day = task && dueOf(task)?.day
    return day && day < today ? 'Overdue' : day && dayName(day, today)
  }
  const group = groupOf(shown[index])
  return group === groupOf(shown[index - 1]) ? undefined : group
}
