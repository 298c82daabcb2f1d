import { useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { PendingChanges } from '../features/changes/pending-changes.tsx'
import { Tasks } from '../features/list/tasks.tsx'
import { MissingList } from '../features/lists/missing-list.tsx'
import { VIEWS, viewAt } from '../features/workspace/views.ts'
import { useWorkspace } from '../features/workspace/workspace.tsx'
import { useAddress } from '../ui/address.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorBoundary, PartFailed } from '../ui/error-boundary.tsx'
import { useKeys } from '../ui/keys.ts'
import { lazyPart } from '../ui/lazy-part.tsx'
import { MoreViews, Sidebar, TabBar } from './nav.tsx'

const Account = lazyPart(
  () => import('../features/account/account.tsx').then(({ Account }) => Account),
  {
    loading: () => <p role="status">Loading…</p>,
  },
)
const Palette = lazyPart(() => import('./palette.tsx').then(({ Palette }) => Palette), {
  failed: overFailed('Commands'),
})
const ListDialog = lazyPart(
  () => import('../features/lists/list-dialog.tsx').then(({ ListDialog }) => ListDialog),
  { failed: overFailed('New list') },
)
const Shortcuts = lazyPart(() => import('./shortcuts.tsx').then(({ Shortcuts }) => Shortcuts), {
  failed: overFailed('Keyboard shortcuts'),
})

/** What opens over the page says there that it could not. */
function overFailed(title: string) {
  return ({ close }: { close: () => void }) => (
    <Dialog title={title} close={close}>
      <PartFailed close={close} />
    </Dialog>
  )
}

/** What stands around every view: the way to the others, and what opens over them. */
export function Shell({ leave }: { leave: (why?: string) => void }) {
  const [location, go] = useLocation()
  const [address] = useAddress()
  const [over, setOver] = useState<'palette' | 'keys' | 'more' | 'list'>()
  // Only what closes: something else may be open by then.
  const closer = (what: typeof over) => () => setOver((now) => (now === what ? undefined : now))
  const open = { '$mod+k': () => setOver('palette'), '[Shift]+?': () => setOver('keys') }
  const isAccount = location === '/account'
  const { lists, isLoading } = useWorkspace()
  const view = useMemo(() => viewAt(location, lists), [location, lists])
  useKeys({
    ...(isAccount || !view?.adds ? { n: () => go('/') } : {}),
    ...open,
    ...Object.fromEntries(VIEWS.map(({ key, path }) => [`g ${key}`, () => go(path)])),
    'g a': () => go('/account'),
  })

  const label = address.get('label')
  const title = isAccount ? 'Account' : label && !view?.list ? `#${label}` : (view?.title ?? 'List')
  useEffect(() => {
    document.title = `${title} - Docket`
  }, [title])

  return (
    <div className="mx-auto min-h-dvh max-w-6xl md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="primary fixed top-2 left-2 z-50 -translate-y-20 focus:translate-y-0"
      >
        Skip to content
      </a>
      <Sidebar
        openPalette={open['$mod+k']}
        openKeys={open['[Shift]+?']}
        openList={() => setOver('list')}
      />
      <main
        id="main"
        tabIndex={-1}
        className="min-w-0 px-4 pt-5 pb-28 outline-none md:px-8 md:pt-10 md:pb-16"
      >
        <div className="mx-auto max-w-2xl">
          <ErrorBoundary fallback={<PartFailed />} resetKey={location}>
            {isAccount && <PendingChanges />}
            {isAccount ? (
              <Account leave={leave} />
            ) : view ? (
              <Tasks key={view.path} view={view} title={title} />
            ) : (
              <MissingList path={location} isLoading={isLoading} />
            )}
          </ErrorBoundary>
        </div>
      </main>
      <TabBar openMore={() => setOver('more')} />
      {over === 'more' && (
        <MoreViews
          close={closer('more')}
          openKeys={open['[Shift]+?']}
          openList={() => setOver('list')}
        />
      )}
      {over === 'list' && <ListDialog close={closer('list')} />}
      {over === 'palette' && (
        <Palette
          close={closer('palette')}
          openKeys={open['[Shift]+?']}
          openList={() => setOver('list')}
        />
      )}
      {over === 'keys' && <Shortcuts close={closer('keys')} />}
    </div>
  )
}
