import { useEffect, useRef } from 'react'
import { useKeys } from '../../ui/keys.ts'

export interface Undoable {
  /** What was done, or is on its way into the database of the device. */
  said: string
  /** Whether only the key takes it back: what was done is seen. */
  isQuiet?: boolean
  undo: () => void
}

/** Milliseconds for which the last thing done can be taken back. */
const UNDO_MS = 10_000

/**
 * What was done last, and the way back: the button, or `z`. It stays while the pointer or the focus
 * is on it.
 */
export function Undo({ last, over }: { last: Undoable; over: () => void }) {
  useKeys({ z: last.undo })
  const bar = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each action has its own ten seconds
  useEffect(() => {
    let timer = setTimeout(end, UNDO_MS)
    function end() {
      if (bar.current?.matches(':hover, :focus-within')) timer = setTimeout(end, UNDO_MS)
      else over()
    }
    return () => clearTimeout(timer)
  }, [last, over])
  if (last.isQuiet) return null
  return (
    <section
      aria-label="Last action"
      ref={bar}
      className="fixed inset-x-4 bottom-20 z-30 mx-auto flex max-w-md items-center
        justify-between gap-4 rounded-lg bg-stone-900 py-1.5 pr-1.5 pl-4 text-stone-50
          shadow-lg md:right-6 md:bottom-6 md:left-auto md:max-w-xs dark:bg-stone-200
            dark:text-stone-900"
    >
      <span className="line-clamp-2 wrap-anywhere" dir="auto">
        {last.said}
      </span>
      <button
        type="button"
        className="min-h-9 rounded-md px-3 font-medium underline underline-offset-2"
        onClick={() => {
          last.undo()
          document.getElementById('main')?.focus({ preventScroll: true })
        }}
      >
        Undo
      </button>
    </section>
  )
}
