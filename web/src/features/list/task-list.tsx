import type { List, Task } from '@docket/sdk'
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ComponentType, useLayoutEffect, useRef, useState } from 'react'
import { placesAt } from '../workspace/actions/places.ts'
import { type RowProps, TaskRow } from './task-row.tsx'
import type { TreeRows } from './tree-rows.ts'

export interface ListProps
  extends Omit<
    RowProps,
    | 'task'
    | 'list'
    | 'parent'
    | 'depth'
    | 'isFolded'
    | 'isEdited'
    | 'isSelected'
    | 'places'
    | 'handle'
    | 'drop'
  > {
  tasks: Task[]
  /** Where they stand in the tree of tasks; absent: each for itself. */
  nestings: TreeRows['nestings'] | undefined
  /** The parent of a task, where it is to be shown. */
  parentOf: (task: Task) => Task | undefined
  /** The list of a task, where it is to be shown. */
  listOf: (task: Task) => List | undefined
  /** The heading that a task begins, where it begins one. */
  headingOf: (index: number) => string | undefined
  selected: Set<string>
  edited: string | undefined
  /** The task that the keys are about, and how often the focus was sent there. */
  current: { id: string; sent: number } | undefined
  setCurrent: (id: string) => void
  Row?: ComponentType<RowProps>
}

/** Pixels of a row before it was measured. */
const ROW = 48

/**
 * The rows that are in sight, and the few that must be there: however many tasks there are, the
 * page holds some dozens.
 */
export function TaskList({
  tasks,
  nestings,
  listOf,
  parentOf,
  headingOf,
  selected,
  edited,
  current,
  setCurrent,
  Row = TaskRow,
  ...rest
}: ListProps) {
  const list = useRef<HTMLUListElement>(null)
  const [margin, setMargin] = useState(0)
  const kept = [current?.id, edited]
    .map((id) => tasks.findIndex((task) => task.id === id))
    .filter((index) => index >= 0)
  const rows = useWindowVirtualizer({
    count: tasks.length,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: margin,
    getItemKey: (index) => tasks[index]?.id ?? index,
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b),
  })

  // What stands above the list comes and goes.
  useLayoutEffect(() => {
    const above = list.current
    if (!above?.parentElement) return
    const measure = () => setMargin(Math.round(above.getBoundingClientRect().top + window.scrollY))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(above.parentElement)
    return () => observer.disconnect()
  }, [])
  const served = useRef({ sent: 0, isLate: false })
  // Runs at each render: a list that was just mounted has its rows only after the next one.
  useLayoutEffect(() => {
    const { id, sent } = current ?? { id: '', sent: 0 }
    if (!sent || served.current.sent === sent) return
    const row = document.querySelector<HTMLElement>(`[data-task="${id}"]`)
    if (!row) {
      served.current.isLate = true
      return
    }
    const isElsewhere = served.current.isLate && document.activeElement !== document.body
    served.current = { sent, isLate: false }
    if (isElsewhere) return
    // If the task is open, focuses its field. Otherwise typed text would act as shortcuts of the
    // list.
    const field =
      id === edited && document.querySelector<HTMLElement>('[data-editor] input:enabled')
    ;(field || row).focus()
  })

  return (
    <ul ref={list} aria-label="Tasks" className="relative" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const task = tasks[index]
        if (!task) return null
        const heading = headingOf(index)
        return (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={tasks.length}
            aria-posinset={index + 1}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - margin}px)` }}
            onFocus={() => setCurrent(task.id)}
          >
            {heading && <h2 className="pt-5 pb-1 text-sm font-semibold text-muted">{heading}</h2>}
            <Row
              task={task}
              list={listOf(task)}
              parent={parentOf(task)}
              depth={nestings?.get(task.id)?.depth ?? 0}
              isFolded={nestings?.get(task.id)?.isFolded}
              places={
                task.id === edited && rest.isManual
                  ? placesAt(tasks, index, rest.actions)
                  : undefined
              }
              isEdited={task.id === edited}
              isSelected={selected.has(task.id)}
              {...rest}
            />
          </li>
        )
      })}
    </ul>
  )
}
