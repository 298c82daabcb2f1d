import { useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import { fold } from '../../../rules/fold.ts'
import { pictureClass } from '../features/workspace/colors.ts'
import { labelsOf, pathOfLabel } from '../features/workspace/labels.ts'
import { VIEWS, type View } from '../features/workspace/views.ts'
import { useWorkspace } from '../features/workspace/workspace.tsx'
import { colorOf } from '../replica/operations/labels.ts'
import { useAddress } from '../ui/address.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Icon, type IconName } from '../ui/icons.tsx'
import { ListNav } from './list-nav.tsx'

const COUNTED = ['/', '/today']

/** The way to every view, beside them where there is room. */
export function Sidebar({
  openPalette,
  openKeys,
  openList,
}: {
  openPalette: () => void
  openKeys: () => void
  openList: () => void
}) {
  const { person } = useWorkspace()
  return (
    <aside
      className="sticky top-0 hidden h-dvh flex-col gap-6 overflow-y-auto border-r
      border-line px-3 py-8 md:flex"
    >
      <p className="px-3 text-lg font-semibold tracking-tight">Docket</p>
      <nav aria-label="Views" className="space-y-0.5">
        {VIEWS.map((view) => (
          <ViewLink key={view.path} view={view} />
        ))}
      </nav>
      <ListNav openNew={openList} />
      <Labels />
      <div className="mt-auto space-y-0.5">
        <button type="button" className="nav-link w-full" onClick={openPalette}>
          <Icon name="search" />
          Commands
        </button>
        <button type="button" className="nav-link w-full" onClick={openKeys}>
          <Icon name="keyboard" />
          Keyboard
        </button>
        <NavLink
          href="/account"
          icon="person"
          title={person.name || person.email}
          label="Account"
        />
      </div>
    </aside>
  )
}

/** The views that a thumb reaches, and the way to the rest. */
export function TabBar({ openMore }: { openMore: () => void }) {
  const [location] = useLocation()
  const shown = VIEWS.slice(0, 3)
  const isElsewhere = !shown.some(({ path }) => path === location)
  return (
    <nav
      aria-label="Main views"
      className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-4 border-t border-line
        bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {shown.map(({ path, title, icon }) => (
        <Link
          key={path}
          href={path}
          aria-current={location === path ? 'page' : undefined}
          className="tab"
        >
          <Icon name={icon} className="size-6" />
          {title}
        </Link>
      ))}
      <button
        type="button"
        className="tab"
        aria-current={isElsewhere || undefined}
        onClick={openMore}
      >
        <Icon name="more" className="size-6" />
        More
      </button>
    </nav>
  )
}

export function MoreViews({
  close,
  openKeys,
  openList,
}: {
  close: () => void
  openKeys: () => void
  openList: () => void
}) {
  return (
    <Dialog
      title="More"
      close={close}
      className="mb-0 w-screen max-w-none rounded-b-none pb-[env(safe-area-inset-bottom)]"
    >
      <div
        onClickCapture={(event) =>
          event.target instanceof Element && event.target.closest('a') && close()
        }
        className="space-y-4"
      >
        <nav aria-label="More views" className="space-y-0.5">
          {VIEWS.slice(3).map((view) => (
            <ViewLink key={view.path} view={view} />
          ))}
          <NavLink href="/account" icon="person" title="Account" />
          <button type="button" className="nav-link w-full" onClick={openKeys}>
            <Icon name="keyboard" />
            Keyboard
          </button>
        </nav>
        <ListNav openNew={openList} />
        <Labels />
      </div>
    </Dialog>
  )
}

function Labels() {
  const { tasks, labels } = useWorkspace()
  const [address] = useAddress()
  const counts = useMemo(() => labelsOf(tasks.values()), [tasks])
  const current = address.get('label')
  if (counts.length === 0) return null
  return (
    <nav aria-label="Labels">
      <h2 className="mb-1 px-3 text-xs font-semibold tracking-wide text-muted uppercase">Labels</h2>
      {counts.map(([label, count]) => (
        <Link
          key={label}
          href={pathOfLabel(label)}
          aria-current={current !== null && fold(label) === fold(current) ? 'page' : undefined}
          className="nav-link"
        >
          <Icon name="label" className={`size-5 ${pictureClass(colorOf(labels, label))}`} />
          <span className="truncate">{label}</span>
          <span className="ml-auto text-sm text-muted tabular-nums">{count}</span>
        </Link>
      ))}
    </nav>
  )
}

function ViewLink({ view: { path, title, icon, holds } }: { view: View }) {
  const { tasks, today } = useWorkspace()
  const count = useMemo(
    () =>
      COUNTED.includes(path) ? [...tasks.values()].filter((task) => holds(task, today)).length : 0,
    [tasks, today, path, holds],
  )
  return <NavLink href={path} icon={icon} title={title} count={count} />
}

function NavLink({
  href,
  icon,
  title,
  count = 0,
  label,
}: {
  href: string
  icon: IconName
  title: string
  count?: number
  label?: string
}) {
  const [location] = useLocation()
  const [address] = useAddress()
  const isCurrent = location === href && !address.has('label')
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'page' : undefined}
      className="nav-link"
      {...(label ? { title: label } : {})}
      {...(href === '/' ? { 'data-list': 'inbox' } : {})}
    >
      <Icon name={icon} />
      <span className="truncate">{title}</span>
      {label && <span className="sr-only">, {label}</span>}
      {count > 0 && <span className="ml-auto text-sm text-muted tabular-nums">{count}</span>}
    </Link>
  )
}
