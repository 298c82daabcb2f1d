import { useRef, useState } from 'react'
import { uniqueLabels } from '../../../../rules/fold.ts'
import { PRIORITIES } from '../../../../rules/priorities.ts'
import { useAddress } from '../../ui/address.ts'
import { Icon } from '../../ui/icons.tsx'
import { useKeys } from '../../ui/keys.ts'
import { type Filter, SORT_NAMES, sortName } from '../workspace/filter.ts'
import { labelsOf } from '../workspace/labels.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

interface ToolbarProps {
  filter: Filter
  /** How many of all tasks of the view are shown. */
  found: number
  all: number
  isSelecting: boolean
  setSelecting: (selecting: boolean) => void
}

/**
 * Search, filters and order, all of which stand in the address; and the way to selecting several.
 */
export function Toolbar({ filter, found, all, isSelecting, setSelecting }: ToolbarProps) {
  const { tasks } = useWorkspace()
  const [address, setAddress] = useAddress()
  const search = useRef<HTMLInputElement>(null)
  const isFiltered = ['label', 'priority', 'sort'].some((name) => address.has(name))
  const applied = [
    ...(filter.label ? [['label', `Label: ${filter.label}`] as const] : []),
    ...(filter.priority ? [['priority', `Priority: ${filter.priority}`] as const] : []),
    ...(address.has('sort') ? [['sort', `Sort: ${sortName(filter.sort)}`] as const] : []),
  ]
  const [isOpen, setIsOpen] = useState(false)
  useKeys({ f: () => search.current?.focus() })
  const set = (name: string) => (value: string) =>
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: name === 'q' },
    )
  const labels = uniqueLabels([
    ...(filter.label ? [filter.label] : []),
    ...labelsOf(tasks.values()).map(([label]) => label),
  ])

  return (
    <search className="mb-2 block">
      <div className="flex items-center gap-1">
        <span className="relative min-w-0 grow">
          <Icon
            name="search"
            className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted"
          />
          <input
            ref={search}
            type="search"
            aria-label="Search"
            placeholder="Search"
            dir="auto"
            className="h-9 w-full rounded-lg bg-transparent pl-8 text-sm hover:bg-hover
              focus:bg-surface"
            value={filter.q}
            onChange={({ target }) => set('q')(target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              set('q')('')
              event.currentTarget.blur()
            }}
          />
        </span>
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name="filter" className="size-4" />
          Filter
        </button>
        <button
          type="button"
          className="quiet"
          aria-pressed={isSelecting}
          onClick={() => setSelecting(!isSelecting)}
        >
          <Icon name="select" className="size-4" />
          Select
        </button>
      </div>
      {(applied.length > 0 || filter.q) && (
        <div className="mt-2 flex flex-wrap items-center gap-1.5 text-sm text-muted">
          {applied.map(([name, text]) => (
            <span key={name} className="chip min-h-7 max-w-full">
              <span className="truncate" dir="auto">
                {text}
              </span>
              <button
                type="button"
                className="grid size-6 shrink-0 place-items-center rounded hover:bg-hover"
                aria-label={`Remove filter ${text}`}
                onClick={() => set(name)('')}
              >
                <Icon name="close" className="size-3.5" />
              </button>
            </span>
          ))}
          <span role="status" className="tabular-nums">
            {found} of {all}
          </span>
          {isFiltered && (
            <button
              type="button"
              className="quiet"
              onClick={() => setAddress(() => new URLSearchParams())}
            >
              Clear filters
            </button>
          )}
        </div>
      )}
      {isOpen && (
        <div className="mt-2 flex flex-wrap items-end gap-2">
          <Choice
            name="Label"
            value={filter.label}
            set={set('label')}
            choices={[
              ['', 'Any label'],
              ...labels.map((label): [string, string] => [label, label]),
            ]}
          />
          <Choice
            name="Priority"
            value={filter.priority}
            set={set('priority')}
            choices={[
              ['', 'Any priority'],
              ...PRIORITIES.map((each): [string, string] => [each, each]),
            ]}
          />
          <Choice
            name="Sort by"
            value={address.get('sort') ?? ''}
            set={set('sort')}
            choices={[['', 'Default'], ...SORT_NAMES]}
          />
        </div>
      )}
    </search>
  )
}

interface ChoiceProps {
  name: string
  value: string
  choices: [value: string, name: string][]
  set: (value: string) => void
}

function Choice({ name, value, choices, set }: ChoiceProps) {
  return (
    <label className="text-xs text-muted">
      {name}
      <select
        aria-label={name}
        className="field mt-0.5 block min-h-9 py-1 text-sm text-ink"
        value={value}
        onChange={({ target }) => set(target.value)}
      >
        {choices.map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}
