import { useEffect } from 'react'
import { isTyping } from './new-task.tsx'

export interface Undoable {
  /** What was done. */
  said: string
  undo: () => void
}

/** Milliseconds for which the last thing done can be taken back. */
const WHILE = 10_000

/** What was done last, and the way back: the button, or `z`. */
export function Undo({ last, over }: { last: Undoable; over: () => void }) {
  useEffect(() => {
    const timer = setTimeout(over, WHILE)
    const undo = (event: KeyboardEvent) => {
      if (event.key !== 'z' || event.shiftKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      last.undo()
    }
    window.addEventListener('keydown', undo)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('keydown', undo)
    }
  }, [last, over])
  return (
    <div className="fixed inset-x-4 bottom-4 mx-auto flex max-w-sm items-center justify-between gap-4 rounded-lg bg-stone-900 py-2 pr-2 pl-4 text-stone-50 shadow-lg dark:bg-stone-200 dark:text-stone-900">
      <span className="truncate">{last.said}</span>
      <button type="button" className="rounded-md px-3 py-1.5 font-medium underline underline-offset-2" onClick={last.undo}>
        Undo
      </button>
    </div>
  )
}
