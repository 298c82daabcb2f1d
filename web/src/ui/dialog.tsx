import { type ReactNode, useEffect, useRef } from 'react'

/** A modal dialog. Escape and a click beside it close it; the focus goes back to where it was. */
export function Dialog({
  title,
  close,
  children,
  className = '',
}: {
  title: string
  close: () => void
  children: ReactNode
  className?: string
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // A list that can be scrolled would have the focus before any button.
    dialog.current?.querySelector<HTMLElement>('[data-focus]')?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog without being told to
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && close()}
      className={
        `m-auto w-[min(32rem,calc(100vw-2rem))] rounded-xl border border-line ` +
        `bg-surface p-0 text-ink shadow-2xl backdrop:bg-black/40 ${className}`
      }
    >
      <div className="p-5">{children}</div>
    </dialog>
  )
}
