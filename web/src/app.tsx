import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { docket } from './docket.ts'
import { Failure } from './failure.tsx'
import { SignIn } from './sign-in.tsx'
import { Tasks } from './tasks.tsx'
import { VIEWS, type View } from './views.ts'

export function App() {
  const queries = useQueryClient()
  const [location] = useLocation()
  const view = VIEWS.find(({ path }) => path === location) ?? (VIEWS[0] as View)
  const session = useQuery({ queryKey: ['session'], queryFn: () => docket.getSession(), staleTime: Number.POSITIVE_INFINITY })

  const [notice, setNotice] = useState<string>()
  const signedOut = (reason?: string) => {
    setNotice(reason)
    queries.removeQueries({ queryKey: ['tasks'] })
    queries.setQueryData(['session'], null)
  }

  return (
    <main className="mx-auto max-w-2xl px-4 py-8 sm:py-14">
      {session.isPending && (
        <p role="status" className="text-stone-600 dark:text-stone-400">
          Loading…
        </p>
      )}
      {session.isError && <Failure error={session.error} retry={() => session.refetch()} />}
      {session.data === null && <SignIn notice={notice} done={() => queries.invalidateQueries()} />}
      {session.data && <Tasks user={session.data.user} view={view} signedOut={signedOut} />}
    </main>
  )
}
