import type { Task } from '@docket/sdk'
import { useKeys } from '../shell/keys.ts'
import type { Actions } from './actions.ts'
import { PRIORITIES } from './captured.ts'

interface ListKeys {
  shown: Task[]
  /** The task that the focus is on, or was on last. */
  current: string | undefined
  selected: Task[]
  actions: Actions
  isManual: boolean
  neighbourOf: (task: Task, side: 'above' | 'below') => Task | undefined
  open: (task: Task | undefined) => void
  select: (task: Task) => void
  clear: () => void
  /** Sends the focus to a task. */
  send: (id: string | undefined) => void
}

/** The keys of the list: they are about what is selected, or else about the task that has the focus. */
export function useListKeys({ shown, current, selected, actions, isManual, neighbourOf, open, select, clear, send }: ListKeys): void {
  const at = shown.findIndex(({ id }) => id === current)
  const task = shown[at]
  const meant = selected.length > 0 ? selected : task ? [task] : []
  const step = (by: number) => send(shown[at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + by))]?.id)
  /** What goes away takes the focus along: it goes to the next one first. */
  const leaving = (act: () => void) => {
    if (meant.length === 0) return
    const gone = new Set(meant.map(({ id }) => id))
    send((shown.slice(at + 1).find(({ id }) => !gone.has(id)) ?? shown.slice(0, Math.max(at, 0)).findLast(({ id }) => !gone.has(id)))?.id)
    act()
    clear()
  }
  const remove = () => leaving(() => void actions.remove(meant.filter(({ trashed_at }) => trashed_at === null)))
  const shift = (side: 'above' | 'below') => () => {
    const next = task && neighbourOf(task, side)
    if (!isManual || !next) return
    void actions.move([task], side === 'above' ? { before: next.id } : { after: next.id })
  }
  const end = (to: 'top' | 'bottom') => () => isManual && task && void actions.move([task], { to })

  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    e: () => task && open(task),
    d: () =>
      leaving(
        () =>
          void actions.complete(
            meant,
            meant.some(({ completed }) => !completed),
          ),
      ),
    '[Shift]+#': remove,
    Delete: remove,
    x: () => task && select(task),
    Escape: () => {
      open(undefined)
      clear()
    },
    'Alt+ArrowUp': shift('above'),
    'Alt+ArrowDown': shift('below'),
    'Alt+Home': end('top'),
    'Alt+End': end('bottom'),
    ...Object.fromEntries(PRIORITIES.map((priority, key) => [String(key), () => meant.length > 0 && void actions.setPriority(meant, priority)])),
  })
}
