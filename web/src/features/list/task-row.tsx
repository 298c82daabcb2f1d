import type { List, Task } from '@docket/sdk'
import { memo, type ReactNode } from 'react'
import { ErrorBoundary, PartFailed } from '../../ui/error-boundary.tsx'
import { Icon } from '../../ui/icons.tsx'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Actions } from '../workspace/actions/actions.ts'
import type { Places } from '../workspace/actions/places.ts'
import { RowDetails } from './row-details.tsx'

const TaskEditor = lazyPart(
  () => import('../editor/task-editor.tsx').then(({ TaskEditor }) => TaskEditor),
  {
    failed: ({ close }) => <PartFailed close={close} />,
  },
)

export interface RowProps {
  task: Task
  /** Its list, where that is not the one that is shown. */
  list?: List | undefined
  /** The task that it is a subtask of, where it does not stand under it. */
  parent?: Task | undefined
  /** How far it stands under other tasks; 0: for itself. */
  depth: number
  /** Whether it hides what stands under it; undefined where there is nothing. */
  isFolded: boolean | undefined
  /** Hides or shows what stands under it. */
  fold: (task: Task) => void
  actions: Actions
  isEdited: boolean
  isSelected: boolean
  /** Whether a click selects. */
  isSelecting: boolean
  isManual: boolean
  /** Where it can be moved to from here. */
  places?: Places | undefined
  /** Of the device: when a task is due depends on it. */
  timeZone: string
  today: string
  open: (task: Task | undefined) => void
  /** `isRange`: with all between it and the one before. */
  select: (task: Task, isRange: boolean) => void
  /** What it is dragged by, and where it would be dropped. */
  handle?: ReactNode
  drop?:
    | { ref: (element: HTMLElement | null) => void; line: 'above' | 'below' | undefined }
    | undefined
}

const LINES = { above: 'shadow-[0_-2px_0_var(--accent)]', below: 'shadow-[0_2px_0_var(--accent)]' }

let last = { at: 0, x: 0, y: 0 }

/**
 * The second click of a double click hits the task that has moved into the place of the first one.
 */
function isSecondOfTwo({ timeStamp: at, clientX: x, clientY: y, detail }: MouseEvent): boolean {
  const isSecond = detail > 0 && at - last.at < 500 && Math.hypot(x - last.x, y - last.y) < 5
  last = { at, x, y }
  return isSecond
}

/** A task whose row has a fault is shown as plain text, and the others as ever. */
export const TaskRow = memo(function TaskRow(props: RowProps) {
  const { title, description, updated_at } = props.task
  const plain = (
    <div className="border-b border-line px-1 py-2.5">
      <p dir="auto" className="break-words">
        {title}
      </p>
      {description && (
        <p dir="auto" className="text-sm break-words whitespace-pre-wrap text-muted">
          {description}
        </p>
      )}
      <PartFailed />
    </div>
  )
  return (
    <ErrorBoundary fallback={plain} resetKey={updated_at}>
      <Row {...props} />
    </ErrorBoundary>
  )
})

function Row({
  task,
  list,
  parent,
  depth,
  isFolded,
  fold,
  actions,
  isEdited,
  isSelected,
  isSelecting,
  isManual,
  places,
  today,
  open,
  select,
  handle,
  drop,
}: RowProps) {
  const isTrashed = task.trashed_at !== null
  return (
    <div
      ref={drop?.ref}
      className={
        `border-b border-line ` +
        `${isSelected ? 'bg-teal-600/10' : ''} ${drop?.line ? LINES[drop.line] : ''}`
      }
    >
      <div
        className="group flex items-start gap-1"
        style={{ paddingInlineStart: `calc(var(--indent) * ${depth})` }}
      >
        {(!isTrashed || isSelecting) && (
          <span className="grid size-11 shrink-0 place-items-center">
            <input
              type="checkbox"
              className={isSelecting ? 'size-5 accent-teal-700' : 'tick'}
              aria-label={isSelecting ? `Select ${task.title}` : task.title}
              checked={isSelecting ? isSelected : task.completed}
              onChange={({ nativeEvent }) => {
                // The change of a checkbox is a click.
                if (!(nativeEvent instanceof MouseEvent)) return
                const isRange = nativeEvent.shiftKey
                if (isSelecting || isRange) select(task, isRange)
                else if (!isSecondOfTwo(nativeEvent)) void actions.complete([task], !task.completed)
              }}
            />
          </span>
        )}
        <button
          type="button"
          data-task={task.id}
          aria-expanded={isEdited}
          className="min-h-11 min-w-0 grow rounded-md px-1 py-2.5 text-left"
          onClick={(event) =>
            isSelecting || event.shiftKey
              ? select(task, event.shiftKey)
              : open(isEdited ? undefined : task)
          }
        >
          <span
            dir="auto"
            className={`break-words ${task.completed ? 'text-muted line-through' : ''}`}
          >
            {task.title}
          </span>
          {depth > 0 && <span className="sr-only"> (level {depth + 1})</span>}
          {isSelected && <span className="sr-only"> (selected)</span>}
          {!isEdited && <RowDetails task={task} list={list} parent={parent} today={today} />}
        </button>
        {isFolded !== undefined && (
          <button
            type="button"
            className="grid size-11 shrink-0 place-items-center rounded-md text-muted
              hover:text-ink"
            aria-expanded={!isFolded}
            aria-label={`Subtasks of ${task.title}`}
            onClick={() => fold(task)}
          >
            <Icon name="chevron" className={`size-4 ${isFolded ? '-rotate-90' : ''}`} />
          </button>
        )}
        {isTrashed ? (
          <button
            type="button"
            className="quiet min-h-11"
            aria-label={`Restore ${task.title}`}
            onClick={() => actions.restore([task])}
          >
            Restore
          </button>
        ) : (
          <button
            type="button"
            className="grid size-11 shrink-0 place-items-center rounded-md text-muted
              opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:text-ink
                focus:opacity-100 max-md:hidden"
            aria-label={`Delete ${task.title}`}
            onClick={() => actions.remove([task])}
          >
            <Icon name="trash" />
          </button>
        )}
        {handle ?? (isManual && <span className="size-11 shrink-0" />)}
      </div>
      {isEdited && (
        <TaskEditor key={task.id} task={task} places={places} close={() => open(undefined)} />
      )}
    </div>
  )
}
