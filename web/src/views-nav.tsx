import type { TaskCounts } from '@docket/sdk'
import { Link, useLocation } from 'wouter'
import { VIEWS } from './views.ts'

/** The views, each with how many tasks wait in it. */
export function ViewsNav({ counts }: { counts: TaskCounts | undefined }) {
  const [location] = useLocation()
  const waiting: Record<string, number | undefined> = { '/': counts?.open, '/today': counts?.today }
  return (
    <nav aria-label="Views" className="-mx-4 mb-6 flex gap-1 overflow-x-auto px-4">
      {VIEWS.map(({ path, title }) => (
        <Link
          key={path}
          href={path}
          aria-current={location === path ? 'page' : undefined}
          className="flex items-baseline gap-1.5 rounded-lg px-3 py-2 whitespace-nowrap text-stone-600 hover:bg-stone-200 aria-[current=page]:bg-teal-700 aria-[current=page]:text-white dark:text-stone-300 dark:hover:bg-stone-800"
        >
          {title}
          {waiting[path] ? <span className="text-sm tabular-nums">{waiting[path]}</span> : null}
        </Link>
      ))}
    </nav>
  )
}
