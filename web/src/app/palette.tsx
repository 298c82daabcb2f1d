import { useId, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { fold } from '../../../rules/fold.ts'
import { fits, SORT_NAMES, sorted, wordsOf } from '../features/workspace/filter.ts'
import { labelsOf, pathOfLabel } from '../features/workspace/labels.ts'
import { openLists, pathOfList } from '../features/workspace/lists.ts'
import { VIEWS, viewAt } from '../features/workspace/views.ts'
import { useWorkspace } from '../features/workspace/workspace.tsx'
import { useAddress } from '../ui/address.ts'
import { remember, type Theme } from '../ui/device.ts'
import { Dialog } from '../ui/dialog.tsx'

interface Command {
  key: string
  name: string
  run: () => void
}

/** How many are shown at once. */
const SHOWN = 50

/** Every command and every open task, by some of its letters. */
export function Palette({
  close,
  openKeys,
  openList,
}: {
  close: () => void
  openKeys: () => void
  openList: () => void
}) {
  const { tasks, lists } = useWorkspace()
  const [location, go] = useLocation()
  const [search] = useAddress()
  const isAccount = location === '/account'
  const adds = viewAt(location, lists)?.adds
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const commands = useMemo((): Command[] => {
    const theme = (name: Theme) => () => remember('theme', name)
    const all: (Omit<Command, 'key'> & { key?: string })[] = [
      ...VIEWS.map(({ title, path }) => ({ name: `Go to ${title}`, run: () => go(path) })),
      ...openLists(lists).map((list) => ({
        key: list.id,
        name: `Go to list ${list.name}${list.archived ? ' (archived)' : ''}`,
        run: () => go(pathOfList(list)),
      })),
      ...labelsOf(tasks.values()).map(([label]) => ({
        name: `Label #${label}`,
        run: () => go(pathOfLabel(label)),
      })),
      {
        name: 'New task',
        run: () => {
          if (isAccount || !adds) go('/')
          // Once the dialog is gone and the view is there.
          requestAnimationFrame(() =>
            requestAnimationFrame(() =>
              document.querySelector<HTMLElement>('[name=title]')?.focus(),
            ),
          )
        },
      },
      ...(isAccount ? [] : Object.entries(SORT_NAMES)).map(([sort, name]) => {
        const address = new URLSearchParams(search)
        address.set('sort', sort)
        return { name: `Sort by ${name}`, run: () => go(`${location}?${address}`) }
      }),
      { name: 'New list', run: openList },
      { name: 'Account, sessions, password, export', run: () => go('/account') },
      { name: 'Theme: as the device', run: theme('system') },
      { name: 'Theme: light', run: theme('light') },
      { name: 'Theme: dark', run: theme('dark') },
      { name: 'Keyboard shortcuts', run: openKeys },
    ]
    return all.map((command) => ({ key: command.name, ...command }))
  }, [tasks, lists, go, location, search, isAccount, adds, openKeys, openList])
  const words = wordsOf(typed)
  const found = [
    ...commands.filter(({ name }) => words.every((word) => fold(name).includes(word))),
    ...(words.length > 0
      ? sorted(
          [...tasks.values()].filter(
            (task) =>
              task.trashed_at === null &&
              fits({ q: typed, label: '', priority: '', sort: 'position' })(task),
          ),
          '-created_at',
        )
      : []
    ).map(({ id: key, title, completed }) => ({
      key,
      name: `Task: ${title}`,
      run: () => go(`${completed ? '/done' : '/all'}?task=${key}`),
    })),
  ].slice(0, SHOWN)
  const chosen = Math.min(at, found.length - 1)
  const run = (command: Command | undefined) => {
    if (!command) return
    close()
    command.run()
  }
  const press = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter') run(found[chosen])
    else if (step) {
      const next = (chosen + step + found.length) % found.length
      setAt(next)
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else return
    event.preventDefault()
  }

  return (
    <Dialog title="Commands" close={close} className="mt-[10vh]">
      <input
        autoFocus
        className="field mb-3"
        role="combobox"
        dir="auto"
        aria-label="Command or task"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
        placeholder="Search tasks or type a command"
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <div role="listbox" id={id} aria-label="Commands" className="max-h-[50vh] overflow-y-auto">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox
          <div
            key={command.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            dir="auto"
            onClick={() => run(command)}
            className="cursor-pointer truncate rounded-md px-3 py-2 aria-selected:bg-accent
              aria-selected:text-white"
          >
            {command.name}
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p role="status" className="px-3 py-2 text-muted">
          No matches
        </p>
      )}
    </Dialog>
  )
}
