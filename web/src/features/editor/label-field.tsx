import type { Task } from '@docket/sdk'
import { useRef, useState } from 'react'
import { uniqueLabels } from '../../../../rules/fold.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { Icon } from '../../ui/icons.tsx'
import { Labelled } from '../../ui/labelled.tsx'
import { asLabel, hasLabel, labelProblem, labelsOf, sameLabel } from '../workspace/labels.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** The labels of a task; those that other tasks have are suggested. */
export function LabelField({ task }: { task: Task }) {
  const { actions, tasks } = useWorkspace()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string>()
  const input = useRef<HTMLInputElement>(null)
  const add = async () => {
    const wanted = typed.split(',').map(asLabel).filter(Boolean)
    const labels = wanted
      .filter((label) => !hasLabel(task, label))
      .map((label) => sameLabel(tasks.values(), label))
    const all = uniqueLabels([...task.labels, ...labels])
    const wrong =
      labelProblem(labels) ??
      (all.length > LIMITS.labels ? `A task has at most ${LIMITS.labels} labels.` : undefined)
    setProblem(wrong)
    if (wrong) return
    // What is typed stays until it is a label.
    if (labels.length === 0 || (await actions.edit(task, { labels: all })))
      setTyped((now) => (now === typed ? '' : now))
  }
  return (
    <div>
      <Labelled label="Labels">
        <input
          ref={input}
          className="field"
          list={`labels of ${task.id}`}
          placeholder="Add a label"
          dir="auto"
          disabled={task.labels.length >= LIMITS.labels}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value)
            setProblem(undefined)
          }}
          onBlur={() => void add()}
          onKeyDown={(event) => {
            if ((event.key !== 'Enter' && event.key !== ',') || event.nativeEvent.isComposing)
              return
            event.preventDefault()
            void add()
          }}
        />
      </Labelled>
      {problem && (
        <span role="alert" className="mt-1 block text-sm text-late">
          {problem}
        </span>
      )}
      <datalist id={`labels of ${task.id}`}>
        {labelsOf(tasks.values()).map(([label]) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {task.labels.map((label) => (
          <span key={label} className="chip min-h-7 max-w-full" dir="auto">
            <span className="truncate">#{label}</span>
            <button
              type="button"
              className="grid size-6 shrink-0 place-items-center rounded hover:bg-hover"
              aria-label={`Remove label ${label}`}
              onClick={() => {
                void actions.edit(task, { labels: task.labels.filter((each) => each !== label) })
                input.current?.focus()
              }}
            >
              <Icon name="close" className="size-3.5" />
            </button>
          </span>
        ))}
      </div>
    </div>
  )
}
