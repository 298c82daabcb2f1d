import type { Task } from '@docket/sdk'
import { PRIORITIES } from '../../../../rules/priorities.ts'
import { useKeys } from '../../ui/keys.ts'
import type { Actions } from '../workspace/actions/actions.ts'
import { placesAt } from '../workspace/actions/places.ts'

interface ListKeys {
  shown: Task[]
  /** The task that the focus is on, or was on last. */
  current: string | undefined
  selected: Task[]
  actions: Actions
  isManual: boolean
  open: (task: Task | undefined) => void
  select: (task: Task) => void
  clear: () => void
  /** Whether the subtasks of a task are hidden; undefined where it has none. */
  isFoldedOf: (task: Task) => boolean | undefined
  fold: (task: Task) => void
  /** Sends the focus to a task. */
  send: (id: string | undefined) => void
}

/**
 * The keys of the list: they are about what is selected, or else about the task that has the focus.
 */
export function useListKeys({
  shown,
  current,
  selected,
  actions,
  isManual,
  open,
  select,
  clear,
  isFoldedOf,
  fold,
  send,
}: ListKeys): void {
  const at = shown.findIndex(({ id }) => id === current)
  const task = shown[at]
  // What is in the trash can only be restored.
  const meant = (selected.length > 0 ? selected : task ? [task] : []).filter(
    ({ trashed_at }) => trashed_at === null,
  )
  /**
   * Whether the focus is on a task; not on what stands around the list, or in a task that is open.
   */
  const isOnTask = () => {
    const focused = document.activeElement
    return selected.length > 0
      ? !focused?.closest('fieldset')
      : !!focused?.closest('ul[aria-label="Tasks"]') && !focused.closest('[data-editor]')
  }
  const step = (by: number) =>
    send(shown[at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + by))]?.id)
  const act = (action: (tasks: Task[]) => Promise<boolean>) => () => {
    if (meant.length === 0 || !isOnTask()) return
    void action(meant)
    clear()
  }
  const remove = act(actions.remove)
  const move = (name: string) => () => {
    if (!isManual || !task || !isOnTask()) return false
    void placesAt(shown, at, actions)[name]?.()
    return true
  }

  const setFolded = (isFolded: boolean) => task && isFoldedOf(task) === !isFolded && fold(task)

  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ArrowLeft: () => isOnTask() && setFolded(true),
    ArrowRight: () => isOnTask() && setFolded(false),
    e: () => task && isOnTask() && open(task),
    d: act((tasks) =>
      actions.complete(
        tasks,
        tasks.some(({ completed }) => !completed),
      ),
    ),
    '[Shift]+#': remove,
    Delete: remove,
    x: () => task && isOnTask() && select(task),
    Escape: () => {
      open(undefined)
      clear()
    },
    'Alt+ArrowUp': move('Move up'),
    'Alt+ArrowDown': move('Move down'),
    'Alt+ArrowRight': move('Make a subtask of the task above'),
    'Alt+ArrowLeft': move('Move out of its parent'),
    'Alt+Home': move('Move to top'),
    'Alt+End': move('Move to bottom'),
    ...Object.fromEntries(
      PRIORITIES.map((priority, key) => [
        String(key),
        () => meant.length > 0 && isOnTask() && void actions.setPriority(meant, priority),
      ]),
    ),
  })
}
