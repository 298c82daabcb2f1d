import { useState } from 'react'
import { VIEWS } from '../features/workspace/views.ts'
import { remember, remembered } from '../ui/device.ts'
import { Dialog } from '../ui/dialog.tsx'

const MOD = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl'
const KEYS: [heading: string, keys: [keys: string, does: string][]][] = [
  [
    'General',
    [
      ['n or /', 'Add a task'],
      ['f', 'Search'],
      [`${MOD} k`, 'Open command menu'],
      ['z', 'Undo'],
      ['?', 'Show shortcuts'],
      ...VIEWS.map(({ key, title }): [string, string] => [`g ${key}`, `Go to ${title}`]),
      ['g a', 'Go to Account'],
    ],
  ],
  [
    'Tasks',
    [
      ['j, k or ↓, ↑', 'Next / previous task'],
      ['Enter or e', 'Open task'],
      ['d', 'Complete or reopen'],
      ['# or Delete', 'Delete'],
      ['x', 'Select (Shift-click for a range)'],
      ['0 1 2 3', 'Priority none, low, medium, high'],
      ['Alt ↑, Alt ↓', 'Move up, down'],
      ['Alt Home, Alt End', 'Move to top / bottom'],
      ['Alt →, Alt ←', 'Make a subtask, move out'],
      ['←, →', 'Hide / show subtasks'],
      ['Esc', 'Close or clear selection'],
    ],
  ],
]

/** Every key, and the way to switch the single ones off. */
export function Shortcuts({ close }: { close: () => void }) {
  const [isOn, setIsOn] = useState(() => remembered('singleKeys'))
  return (
    <Dialog title="Keyboard" close={close}>
      <div className="mb-3 flex items-center justify-between">
        <h2 className="text-lg font-semibold">Keyboard shortcuts</h2>
        <button type="button" className="quiet" onClick={close}>
          Close
        </button>
      </div>
      <label className="mb-4 flex min-h-6 items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-5 accent-teal-700"
          checked={isOn}
          onChange={({ target }) => {
            remember('singleKeys', target.checked)
            setIsOn(target.checked)
          }}
        />
        Keys without {MOD} or Alt do something
      </label>
      {KEYS.map(([heading, keys]) => (
        <section key={heading} className="mb-4">
          <h3 className="mb-1 text-sm font-semibold text-muted">{heading}</h3>
          <dl className="grid grid-cols-[9rem_1fr] gap-y-1 text-sm">
            {keys.map(([key, does]) => (
              <div key={key} className="contents">
                <dt>
                  <kbd className="font-mono text-[0.8125rem]">{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  )
}
