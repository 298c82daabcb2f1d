import type { TaskCreate } from '@docket/sdk'
import { Dialog } from '../shell/dialog.tsx'
import { Chips } from './chips.tsx'

interface Several {
  tasks: TaskCreate[]
  add: (tasks: TaskCreate[]) => void
  asOne: () => void
  close: () => void
}

/** Several lines were pasted: they may be as many tasks. */
export function SeveralTasks({ tasks, add, asOne, close }: Several) {
  return (
    <Dialog title={`Add ${tasks.length} tasks?`} close={close}>
      <h2 className="mb-3 text-lg font-semibold">Add {tasks.length} tasks?</h2>
      <ul className="mb-4 max-h-[50vh] divide-y divide-line overflow-y-auto">
        {tasks.map((task, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same line may be there twice, and none moves
          <li key={index} className="flex flex-wrap items-baseline gap-2 py-1.5">
            <span className="break-words">{task.title}</span>
            <Chips priority={task.priority ?? 'none'} labels={task.labels ?? []} />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-end gap-2">
        <button type="button" className="quiet" onClick={asOne}>
          As one line
        </button>
        {/* biome-ignore lint/a11y/noAutofocus: the focus of a dialog that was asked for */}
        <button type="button" autoFocus className="primary" onClick={() => add(tasks)}>
          Add {tasks.length} tasks
        </button>
      </div>
    </Dialog>
  )
}
