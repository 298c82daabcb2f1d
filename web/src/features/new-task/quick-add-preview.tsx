import { PRIORITIES, priorityOf } from '../../../../rules/priorities.ts'
import type { Overrides, QuickAdd } from '../../../../rules/quick-add.ts'
import { sentenceOfRecurrence } from '../../../../rules/recurrence/sentence.ts'
import { Icon } from '../../ui/icons.tsx'

interface PreviewProps {
  line: string
  said: QuickAdd
  overrides: Overrides
  override: (change: Overrides) => void
  fixed: string
}

/** What was read from the line, each to be changed or taken away before Enter. */
export function QuickAddPreview({ line, said, overrides, override, fixed }: PreviewProps) {
  const { title, due, priority, labels, list, recurrence, saysRepeat } = said
  return (
    <>
      {title !== line.trim() && (
        <span className="max-w-full truncate" dir="auto">
          “{title}”
        </span>
      )}
      {due && (
        <span className="chip min-h-7">
          <input
            type="date"
            aria-label="Due"
            className="bg-transparent"
            value={due.day}
            onChange={({ target }) =>
              target.value && override({ due: { ...due, day: target.value } })
            }
          />
          <input
            type="time"
            aria-label="Time"
            className="bg-transparent"
            value={due.time ?? ''}
            onChange={({ target }) => override({ due: { ...due, time: target.value || null } })}
          />
          {!recurrence && <Remove what="date" click={() => override({ due: null })} />}
        </span>
      )}
      {recurrence && (
        <span className="chip min-h-7 gap-1">
          <Icon name="repeat" className="size-3.5" />
          {sentenceOfRecurrence(recurrence)}
          <Remove what="repeat" click={() => override({ isNoRepeat: true })} />
        </span>
      )}
      {list && (
        <span className="chip min-h-7" dir="auto">
          /{list.name}
          <Remove what={`list ${list.name}`} click={() => override({ isNoList: true })} />
        </span>
      )}
      {saysRepeat && <span>To repeat it, end with words like “every Monday 9:30”.</span>}
      {(priority !== 'none' || overrides.priority) && (
        <select
          aria-label="Priority"
          className="chip min-h-7"
          value={priority}
          onChange={({ target }) => override({ priority: priorityOf(target.value) })}
        >
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {each === 'none' ? 'No priority' : each}
            </option>
          ))}
        </select>
      )}
      {labels.map((label) => (
        <span key={label} className="chip min-h-7" dir="auto">
          #{label}
          {label !== fixed && (
            <Remove
              what={`label ${label}`}
              click={() => override({ notLabels: [...(overrides.notLabels ?? []), label] })}
            />
          )}
        </span>
      ))}
    </>
  )
}

function Remove({ what, click }: { what: string; click: () => void }) {
  return (
    <button
      type="button"
      className="grid size-6 place-items-center rounded hover:bg-hover"
      aria-label={`Remove ${what}`}
      onClick={click}
    >
      <Icon name="close" className="size-3.5" />
    </button>
  )
}
