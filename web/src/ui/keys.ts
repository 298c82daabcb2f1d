import { useLayoutEffect, useRef } from 'react'
import { tinykeys } from 'tinykeys'
import { remembered } from './device.ts'

/** What a key does; false: nothing here, so that the browser does what it does with it. */
type Bindings = Record<string, (event: KeyboardEvent) => unknown>

/** What every part of the page that is shown now does at its keys. */
const parts = new Set<{ current: Bindings }>()
let stop = () => {}

/**
 * Keys that do something wherever the focus is, but while the person types or answers a dialog.
 * `$mod` is Command on a Mac and Control elsewhere, `[Shift]` may be held, and a sequence is
 * written with spaces.
 */
export function useKeys(bindings: Bindings): void {
  const latest = useRef(bindings)
  latest.current = bindings
  const keys = Object.keys(bindings).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: other keys are listened to anew
  useLayoutEffect(() => {
    parts.add(latest)
    listen()
    return () => {
      parts.delete(latest)
      listen()
    }
  }, [keys])
}

/** One listener for all, with the sequences first: `g d` is not `d` as well. */
function listen(): void {
  stop()
  const keys = [...parts].flatMap((part) =>
    Object.keys(part.current).map((key) => [key, part] as const),
  )
  const called = keys
    .sort(([a], [b]) => b.split(' ').length - a.split(' ').length)
    .map(([key, part]) => {
      const run = (event: KeyboardEvent) => {
        if (part.current[key]?.(event) !== false) event.preventDefault()
      }
      return [key, run] as const
    })
  stop = tinykeys(window, Object.fromEntries(called), { ignore: isForOthers })
}

function isForOthers(event: KeyboardEvent): boolean {
  // A key that is held goes on through the list, and does nothing else again and again.
  if (event.repeat && !/^(j|k|Arrow)/.test(event.key)) return true
  if (event.isComposing || document.querySelector('dialog[open]')) return true
  if (event.ctrlKey || event.metaKey) return false
  return (
    isTyping(event.target) || (event.key.length === 1 && !event.altKey && !remembered('singleKeys'))
  )
}

/** Whether keys are text where the focus is. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')
  )
}
