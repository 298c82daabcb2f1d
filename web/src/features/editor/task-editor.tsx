import type { Task } from '@docket/sdk'
import { useRef } from 'react'
import { PRIORITIES, priorityOf } from '../../../../rules/priorities.ts'
import { Icon } from '../../ui/icons.tsx'
import { Labelled } from '../../ui/labelled.tsx'
import { ListSelect } from '../lists/list-select.tsx'
import type { Places } from '../workspace/actions/places.ts'
import { useWorkspace } from '../workspace/workspace.tsx'
import { DueField, StartField } from './due-field.tsx'
import { LabelField } from './label-field.tsx'
import { RepeatField } from './repeat-field.tsx'
import { SubtaskField } from './subtask-field.tsx'
import { DescriptionField, TitleField, tooLongMember } from './text-fields.tsx'

interface Editor {
  task: Task
  /** Where it can be moved to; none where the list is in another order. */
  places: Places | undefined
  close: () => void
}

/**
 * Everything of one task, in its place in the list. What is changed is kept when the field is left;
 * Escape closes.
 */
export function TaskEditor({ task, places, close }: Editor) {
  const { actions, replica } = useWorkspace()
  const isTrashed = task.trashed_at !== null
  const editor = useRef<HTMLDivElement>(null)
  const leave = () => {
    const tooLong = tooLongMember(replica, task.id)
    // What cannot be saved as it is must not go out of sight.
    if (tooLong)
      return editor.current?.querySelector<HTMLElement>(`[data-member=${tooLong}]`)?.focus()
    // Leaves the field, which keeps what is in it.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    close()
    document.querySelector<HTMLElement>(`[data-task="${task.id}"]`)?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only Escape, which the button does too
    <div
      ref={editor}
      data-editor
      className="mb-2 space-y-3 rounded-xl border border-line bg-surface p-4"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        leave()
      }}
    >
      <fieldset disabled={isTrashed} className="min-w-0 space-y-3">
        <legend className="sr-only">{task.title}</legend>
        <TitleField task={task} />
        <DescriptionField task={task} />
        {!isTrashed && <SubtaskField task={task} />}
        <div className="grid gap-3 sm:grid-cols-2">
          <DueField task={task} />
          <RepeatField task={task} />
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <Labelled label="Priority">
            <select
              className="field"
              value={task.priority}
              onChange={({ target }) => actions.setPriority([task], priorityOf(target.value))}
            >
              {PRIORITIES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </Labelled>
          <StartField task={task} />
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <Labelled label="List">
            <ListSelect
              className="field"
              value={task.list_id}
              choose={(listId) => void actions.moveToList([task], listId)}
            />
          </Labelled>
        </div>
        <LabelField task={task} />
      </fieldset>
      <div className="flex flex-wrap items-center gap-1.5">
        {places && !isTrashed && (
          <select
            aria-label="Move"
            className="outlined"
            value=""
            onChange={({ target }) => {
              void places[target.value]?.()
            }}
          >
            <option value="" disabled hidden>
              Move…
            </option>
            {Object.keys(places).map((place) => (
              <option key={place}>{place}</option>
            ))}
          </select>
        )}
        {isTrashed ? (
          <button type="button" className="outlined" onClick={() => actions.restore([task])}>
            Restore
          </button>
        ) : (
          <button type="button" className="outlined" onClick={() => actions.remove([task])}>
            <Icon name="trash" className="size-4" />
            Delete
          </button>
        )}
        <button type="button" className="quiet ml-auto" onClick={leave}>
          Close
        </button>
      </div>
    </div>
  )
}
