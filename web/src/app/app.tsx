import { NoResponseError } from '@docket/sdk'
import { useCallback, useEffect, useState } from 'react'
import { visitor } from '../session/docket.ts'
import { SignIn } from '../session/sign-in.tsx'
import { onRemembered, type Person, remember, remembered } from '../ui/device.ts'
import { Failure } from '../ui/failure.tsx'
import { lazyPart } from '../ui/lazy-part.tsx'
import { Message } from '../ui/message.tsx'

const load = () => import('./signed-in.tsx').then(({ Workspace }) => Workspace)
const Workspace = lazyPart(load, { loading: () => <Message>Loading…</Message> })
// A visitor needs it once signed in, a person who is remembered at once.
if (remembered('person')) void load().catch(() => {})

/** The signed-in user: `undefined` while that is unknown, `null` for none. */
type Present = Person | null | undefined

/**
 * The sign-in page or the workspace, at the address that was asked for, so that signing in leads
 * back to it.
 */
export function App() {
  const [person, setPerson] = useState<Present>(() => remembered('person') ?? undefined)
  const [notice, setNotice] = useState<string>()
  const [failure, setFailure] = useState<Error>()

  const enter = useCallback((entered: Person | null) => {
    if (entered) remember('person', { id: entered.id, email: entered.email, name: entered.name })
    setFailure(undefined)
    setNotice(undefined)
    setPerson(entered)
  }, [])
  const leave = useCallback((why?: string) => {
    remember('person', null)
    setNotice(why)
    setPerson(null)
  }, [])
  const look = useCallback(() => {
    visitor.getSession().then((session) => enter(session?.user ?? null), setFailure)
  }, [enter])

  useEffect(() => {
    if (person === undefined) look()
    if (person === null) void load().catch(() => {})
  }, [person, look])
  // Another tab has signed in or out.
  useEffect(() => onRemembered('person', () => setPerson(remembered('person'))), [])

  if (!window.isSecureContext)
    return (
      <Message>Docket needs a secure connection. Open it over https:// or on localhost.</Message>
    )
  if (person) return <Workspace key={person.id} person={person} leave={leave} />
  if (person === null) return <SignIn notice={notice} done={enter} />
  if (!failure) return <Message>Loading…</Message>
  return (
    <main className="mx-auto max-w-md px-4 py-14">
      <Failure
        error={failure}
        retry={() => {
          setFailure(undefined)
          look()
        }}
      />
      {failure instanceof NoResponseError && (
        <p className="text-muted">After you've signed in once, Docket works offline too.</p>
      )}
    </main>
  )
}
