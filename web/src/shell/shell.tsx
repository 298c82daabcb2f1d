import { lazy, Suspense, useEffect, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { OnItsWay } from '../tasks/on-its-way.tsx'
import { Tasks } from '../tasks/tasks.tsx'
import { VIEWS, type View } from '../tasks/views.ts'
import { Broken } from './broken.tsx'
import { useKeys } from './keys.ts'
import { MoreViews, Sidebar, TabBar } from './nav.tsx'

const Account = lazy(() => import('../account/account.tsx').then(({ Account }) => ({ default: Account })))
const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const KeySheet = lazy(() => import('./key-sheet.tsx').then(({ KeySheet }) => ({ default: KeySheet })))

/** What stands around every view: the way to the others, and what opens over them. */
export function Shell({ leave }: { leave: (why?: string) => void }) {
  const [location, go] = useLocation()
  const search = useSearch()
  const [over, setOver] = useState<'palette' | 'keys' | 'more'>()
  // Only what closes: something else may be open by then.
  const closer = (what: typeof over) => () => setOver((now) => (now === what ? undefined : now))
  const open = { '$mod+k': () => setOver('palette'), '[Shift]+?': () => setOver('keys') }
  const isAccount = location === '/account'
  useKeys({
    ...(isAccount ? { n: () => go('/') } : {}),
    ...open,
    ...Object.fromEntries(VIEWS.map(({ key, path }) => [`g ${key}`, () => go(path)])),
    'g a': () => go('/account'),
  })

  const view = VIEWS.find(({ path }) => path === location) ?? (VIEWS[0] as View)
  const label = new URLSearchParams(search).get('label')
  const title = isAccount ? 'Account' : label ? `#${label}` : view.title
  useEffect(() => {
    document.title = `${title} - Docket`
  }, [title])

  return (
    <div className="mx-auto min-h-dvh max-w-6xl md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a href="#main" className="primary fixed top-2 left-2 z-50 -translate-y-20 focus:translate-y-0">
        Skip to the tasks
      </a>
      <Sidebar openPalette={open['$mod+k']} openKeys={open['[Shift]+?']} />
      <main id="main" tabIndex={-1} className="min-w-0 px-4 pt-5 pb-28 outline-none md:px-8 md:pt-10 md:pb-16">
        <div className="mx-auto max-w-2xl">
          <Broken key={view.path}>
            {isAccount && <OnItsWay />}
            {isAccount ? (
              <Suspense fallback={<p role="status">Loading…</p>}>
                <Account leave={leave} />
              </Suspense>
            ) : (
              <Tasks key={view.path} view={view} title={title} />
            )}
          </Broken>
        </div>
      </main>
      <TabBar openMore={() => setOver('more')} />
      {over === 'more' && <MoreViews close={closer('more')} openKeys={open['[Shift]+?']} />}
      <Suspense>
        {over === 'palette' && <Palette close={closer('palette')} openKeys={open['[Shift]+?']} />}
        {over === 'keys' && <KeySheet close={closer('keys')} />}
      </Suspense>
    </div>
  )
}
