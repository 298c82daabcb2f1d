import type { TaskCreate } from '@docket/sdk'
import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Chips, DueChip } from '../workspace/chips.tsx'
import { dueOf } from '../workspace/due.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

interface Several {
  tasks: TaskCreate[]
  /** Whether they are on the device. */
  add: (tasks: TaskCreate[]) => Promise<boolean>
  asOne: () => void
  close: () => void
}

/** Several lines were pasted: they may be as many tasks. */
export function SeveralTasks({ tasks, add, asOne, close }: Several) {
  const { failure } = useWorkspace()
  const [hasFailed, setHasFailed] = useState(false)
  return (
    <Dialog title={`Add ${tasks.length} tasks?`} close={close}>
      <h2 className="mb-3 text-lg font-semibold">Add {tasks.length} tasks?</h2>
      <ul className="mb-4 max-h-[50vh] divide-y divide-line overflow-y-auto">
        {tasks.map((task, index) => {
          const due = dueOf({ due_date: null, due_time: null, due_time_zone: null, ...task })
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: equal lines may be there
            <li key={index} className="flex flex-wrap items-baseline gap-2 py-1.5">
              <span className="break-words" dir="auto">
                {task.title}
              </span>
              {due && <DueChip due={due} isOpen />}
              <Chips priority={task.priority ?? 'none'} labels={task.labels ?? []} />
            </li>
          )
        })}
      </ul>
      {hasFailed && (
        <p role="alert" className="alert">
          Couldn't save on this device. {failure?.message}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <button type="button" className="quiet" onClick={close}>
          Cancel
        </button>
        <button type="button" className="quiet" onClick={asOne}>
          Add as one task
        </button>
        <button
          type="button"
          data-focus
          className="primary"
          onClick={async () => setHasFailed(!(await add(tasks)))}
        >
          Add {tasks.length} tasks
        </button>
      </div>
    </Dialog>
  )
}
