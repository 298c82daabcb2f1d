import {
  type CollisionDetection,
  closestCenter,
  DndContext,
  DragOverlay,
  MeasuringStrategy,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import type { Task } from '@docket/sdk'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { type ListProps, TaskList } from './task-list.tsx'
import { type RowProps, TaskRow } from './task-row.tsx'

const INSTRUCTIONS = {
  draggable:
    'To reorder without dragging, press Alt+Up or Alt+Down. To make a subtask, press Alt+Right.',
}

/**
 * The row under the pointer; beside the list, the nearest one. What is dragged may lag behind the
 * pointer on a slow device.
 */
const underPointer: CollisionDetection = (dragging) => {
  const rows = pointerWithin(dragging)
  return rows.length > 0 ? rows : closestCenter(dragging)
}

/** The list in the manual order, whose rows can be dragged. */
export function ManualList(props: ListProps) {
  const [dragged, setDragged] = useState<Task>()
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 120, tolerance: 8 } }),
  )
  const leave = useListUnderPointer(dragged !== undefined)
  const place = (id: unknown) => props.tasks.findIndex((task) => task.id === id)
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={underPointer}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={{ screenReaderInstructions: INSTRUCTIONS }}
      onDragStart={({ active }) => setDragged(props.tasks[place(active.id)])}
      onDragCancel={() => setDragged(undefined)}
      onDragEnd={({ active, over }) => {
        const list = leave()
        setDragged(undefined)
        if (!dragged) return
        if (list !== undefined)
          return void props.actions.moveToList([dragged], list === 'inbox' ? null : list)
        if (!over || over.id === active.id) return
        const id = String(over.id)
        const isBelow = dragged.position < over.data.current?.position
        void props.actions.move([dragged], isBelow ? { after: id } : { before: id })
      }}
    >
      <TaskList {...props} Row={DraggableRow} />
      <DragOverlay dropAnimation={null}>
        {dragged && (
          <p
            className="w-max max-w-[80vw] truncate rounded-lg border border-line bg-surface
            px-4 py-2.5 shadow-xl"
          >
            {dragged.title}
          </p>
        )}
      </DragOverlay>
    </DndContext>
  )
}

/**
 * While a task is dragged: marks the list of the navigation that is under the pointer. What is
 * returned takes the mark away, and says which list it was, or `inbox`.
 */
function useListUnderPointer(isDragging: boolean): () => string | undefined {
  const marked = useRef<HTMLElement>(undefined)
  const mark = useCallback((list: HTMLElement | undefined) => {
    marked.current?.removeAttribute('data-drop')
    list?.setAttribute('data-drop', '')
    marked.current = list
  }, [])
  useEffect(() => {
    if (!isDragging) return
    const look = ({ clientX, clientY }: PointerEvent) =>
      mark(
        document
          .elementsFromPoint(clientX, clientY)
          .map((element) => element.closest<HTMLElement>('[data-list]'))
          .find((list) => list !== null) ?? undefined,
      )
    window.addEventListener('pointermove', look)
    return () => {
      window.removeEventListener('pointermove', look)
      mark(undefined)
    }
  }, [isDragging, mark])
  return useCallback(() => {
    const list = marked.current?.dataset.list
    mark(undefined)
    return list
  }, [mark])
}

function DraggableRow(props: RowProps) {
  const { id, title, position } = props.task
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id, data: { position } })
  const { setNodeRef: dropRef, isOver, active } = useDroppable({ id, data: { position } })
  const from: string | undefined = active?.data.current?.position
  const line =
    isOver && from !== undefined && active?.id !== id
      ? from < position
        ? 'below'
        : 'above'
      : undefined
  const handle = (
    <button
      type="button"
      ref={setNodeRef}
      {...attributes}
      {...listeners}
      aria-label={`Move ${title}`}
      tabIndex={-1}
      className="grid size-11 shrink-0 cursor-grab touch-none place-items-center rounded-md
        text-muted hover:text-ink active:cursor-grabbing md:opacity-0
          md:group-hover:opacity-100 md:focus:opacity-100"
    >
      <Icon name="grip" />
    </button>
  )
  return (
    <div className={isDragging ? 'opacity-40' : ''}>
      <TaskRow {...props} handle={handle} drop={{ ref: dropRef, line }} />
    </div>
  )
}
