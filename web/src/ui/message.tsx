import type { ReactNode } from 'react'

/** One sentence in place of the page. */
export function Message({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto max-w-md px-4 py-14">
      <p role="status" className="text-muted">
        {children}
      </p>
    </main>
  )
}
