import type { Task } from '@docket/sdk'
import { useEffect } from 'react'
import { lengthOf } from '../../../../rules/length.ts'
import { LEVELS, LIMITS } from '../../../../rules/limits.ts'
import { sendable } from '../../../../rules/quick-add.ts'
import { levelOf } from '../../replica/operations/tree.ts'
import { useAddress } from '../../ui/address.ts'
import { useDraft } from '../workspace/draft.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** The task that this one is a subtask of, and its own subtasks, with a field for the next one. */
export function SubtaskField({ task }: { task: Task }) {
  const { tasks, actions, replica } = useWorkspace()
  const [, setAddress] = useAddress()
  const key = `${task.id} subtask`
  const { text: typed, type, current } = useDraft(key, '')
  const open = (id: string) =>
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        next.set('task', id)
        return next
      },
      { replace: true },
    )
  const parent = tasks.get(task.parent_id ?? '')
  const subtasks = [...tasks.values()]
    .filter(({ parent_id, trashed_at }) => parent_id === task.id && trashed_at === null)
    .sort((a, b) => (a.position < b.position ? -1 : 1))
  const done = subtasks.filter(({ completed }) => completed).length
  const isDeepest = levelOf(tasks, task) >= LEVELS
  const wanted = sendable(typed).trim()
  const excess = lengthOf(wanted) - LIMITS.title
  const add = async () => {
    if (wanted === '' || excess > 0) return
    // At once, so that a second Enter, or leaving the field, does not add it once more.
    type('')
    if (!(await actions.addSubtask(task, wanted)) && !current()) type(typed)
  }
  // What could not be added stays on the device, and the page says so.
  useEffect(() => () => replica.keepUnsaved(key), [replica, key])
  return (
    <section aria-label="Subtasks">
      {parent && (
        <p className="mb-2 text-sm text-muted">
          Subtask of{' '}
          <button
            type="button"
            dir="auto"
            className="min-h-6 break-words text-left underline underline-offset-2 hover:text-ink"
            onClick={() => open(parent.id)}
          >
            {parent.title}
          </button>
        </p>
      )}
      {(subtasks.length > 0 || !isDeepest) && (
        <p className="mb-1 text-sm font-medium">
          Subtasks{' '}
          {subtasks.length > 0 && (
            <span className="font-normal text-muted tabular-nums">
              {done}/{subtasks.length}
            </span>
          )}
        </p>
      )}
      <ul>
        {subtasks.map((subtask) => (
          <li key={subtask.id} className="flex items-start gap-1">
            <span className="grid size-11 shrink-0 place-items-center md:size-9">
              <input
                type="checkbox"
                className="tick"
                aria-label={subtask.title}
                checked={subtask.completed}
                onChange={() => void actions.complete([subtask], !subtask.completed)}
              />
            </span>
            <button
              type="button"
              dir="auto"
              className={`min-h-11 min-w-0 grow rounded-md px-1 py-1.5 text-left wrap-anywhere
                hover:bg-hover md:min-h-9 ${subtask.completed ? 'text-muted line-through' : ''}`}
              onClick={() => open(subtask.id)}
            >
              {subtask.title}
            </button>
          </li>
        ))}
      </ul>
      {!isDeepest && (
        <input
          className="field mt-1"
          aria-label="Add a subtask"
          placeholder="Add a subtask"
          dir="auto"
          enterKeyHint="done"
          value={typed}
          onChange={({ target }) => type(target.value)}
          onBlur={() => void add()}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
            event.preventDefault()
            void add()
          }}
        />
      )}
      {excess > 0 && (
        <span role="alert" className="mt-1 block text-sm text-late">
          {excess === 1 ? '1 character' : `${excess} characters`} too long ({lengthOf(wanted)}/
          {LIMITS.title})
        </span>
      )}
    </section>
  )
}
