import { useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Icon } from '../shell/icons.tsx'
import { useKeys } from '../shell/keys.ts'
import { useWorkspace } from '../shell/workspace.tsx'
import { type Filter, SORT_NAMES } from './filter.ts'
import { labelsOf } from './labels.ts'
import { PRIORITIES } from './priorities.ts'

/** Search, filters and order, all of which stand in the address; and the way to selecting several. */
export function Toolbar({ filter, isSelecting, setSelecting }: { filter: Filter; isSelecting: boolean; setSelecting: (selecting: boolean) => void }) {
  const { tasks } = useWorkspace()
  const [address, setAddress] = useSearchParams()
  const search = useRef<HTMLInputElement>(null)
  const isFiltered = ['label', 'priority', 'sort'].some((name) => address.has(name))
  const [isOpen, setIsOpen] = useState(isFiltered)
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
  const labels = [...new Set([...(filter.label ? [filter.label] : []), ...labelsOf(tasks.values()).map(([label]) => label)])]

  return (
    <search className="mb-2 block">
      <div className="flex items-center gap-1">
        <span className="relative min-w-0 grow">
          <Icon name="search" className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
          <input
            ref={search}
            type="search"
            aria-label="Search"
            placeholder="Search"
            className="h-9 w-full rounded-lg bg-transparent pl-8 text-sm hover:bg-hover focus:bg-surface"
            value={filter.q}
            onChange={({ target }) => set('q')(target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              set('q')('')
              event.currentTarget.blur()
            }}
          />
        </span>
        <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Icon name="filter" className="size-4" />
          Filter
        </button>
        <button type="button" className="quiet" aria-pressed={isSelecting} onClick={() => setSelecting(!isSelecting)}>
          <Icon name="select" className="size-4" />
          Select
        </button>
      </div>
      {isOpen && (
        <div className="mt-2 flex flex-wrap items-end gap-2">
          <Choice name="Label" value={filter.label} set={set('label')} choices={[['', 'Any'], ...labels.map((label): [string, string] => [label, label])]} />
          <Choice
            name="Priority"
            value={filter.priority}
            set={set('priority')}
            choices={[['', 'Any'], ...PRIORITIES.map((each): [string, string] => [each, each])]}
          />
          <Choice
            name="Order"
            value={address.get('sort') ?? ''}
            set={set('sort')}
            choices={[['', 'As usual'], ...(Object.entries(SORT_NAMES) as [string, string][])]}
          />
          {isFiltered && (
            <button type="button" className="quiet" onClick={() => setAddress({})}>
              Show all
            </button>
          )}
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
      <select aria-label={name} className="field mt-0.5 block min-h-9 py-1 text-sm text-ink" value={value} onChange={({ target }) => set(target.value)}>
        {choices.map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}
