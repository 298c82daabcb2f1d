import { openLists } from '../workspace/lists.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

const INBOX = 'inbox'

/** Which list tasks are in, to choose another one. */
export function ListSelect({
  value,
  placeholder,
  label,
  choose,
  className,
  isDisabled = false,
}: {
  /** The id of the list, null for the Inbox; undefined: nothing is chosen yet. */
  value: string | null | undefined
  /** What it says where nothing is chosen. */
  placeholder?: string
  label?: string
  choose: (listId: string | null) => void
  className: string
  isDisabled?: boolean
}) {
  const { lists } = useWorkspace()
  const trashed = value ? lists.get(value) : undefined
  return (
    <select
      {...(label ? { 'aria-label': label } : {})}
      className={className}
      disabled={isDisabled}
      value={value === undefined ? '' : (value ?? INBOX)}
      onChange={({ target }) => choose(target.value === INBOX ? null : target.value)}
    >
      {value === undefined && (
        <option value="" disabled hidden>
          {placeholder}
        </option>
      )}
      <option value={INBOX}>Inbox</option>
      {trashed && trashed.trashed_at !== null && (
        <option value={trashed.id}>{trashed.name} (in Trash)</option>
      )}
      {openLists(lists).map(({ id, name, archived }) => (
        <option key={id} value={id}>
          {archived ? `${name} (archived)` : name}
        </option>
      ))}
    </select>
  )
}
