import { NoAnswerError } from '@docket/sdk'
import { useCallback, useEffect, useState } from 'react'
import { SignIn } from './account/sign-in.tsx'
import { docketOf, visitor } from './docket.ts'
import { openReplica, type Replica } from './replica/replica.ts'
import { onRemembered, type Person, remember, remembered } from './shell/device.ts'
import { Failure } from './shell/failure.tsx'
import { Shell } from './shell/shell.tsx'
import { WorkspaceProvider } from './shell/workspace.tsx'

/** Who is here: `undefined` while that is not known, `null` for nobody. */
type Present = Person | null | undefined

/** The sign-in page or the workspace, at the address that was asked for, so that signing in leads back to it. */
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
  }, [person, look])
  // Another tab has signed in or out.
  useEffect(() => onRemembered('person', () => setPerson(remembered('person'))), [])

  if (!window.isSecureContext) return <Message>Docket keeps your tasks on this device, which browsers allow over https or on localhost only.</Message>
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
      {failure instanceof NoAnswerError && <p className="text-muted">Once you have signed in on this device, your tasks open without the network too.</p>}
    </main>
  )
}

function Workspace({ person, leave }: { person: Person; leave: (why?: string) => void }) {
  const [opened, setOpened] = useState<{ replica: Replica; docket: ReturnType<typeof docketOf> }>()
  const [failure, setFailure] = useState<Error>()

  useEffect(() => {
    let replica: Replica | undefined
    let isOver = false
    const over = () => {
      if (isOver) return
      isOver = true
      const done = () => leave('Your session has ended. Sign in again to go on: what you did is kept on this device.')
      // What has not reached the server stays on this device, for when they come back.
      void replica?.forget().then(done, done)
    }
    const docket = docketOf(person.id, over)
    const opening = openReplica(person.id, docket).then((made) => {
      replica = made
      if (isOver) return made.close()
      setOpened({ replica: made, docket })
      void made.synchronise()
      // Or the browser may take away what is on its way when it needs the space.
      void navigator.storage?.persist?.()
    }, setFailure)
    return () => {
      isOver = true
      void opening.then(() => replica?.close())
    }
  }, [person.id, leave])

  if (failure) return <Message>This browser does not let Docket keep tasks on the device ({failure.message}). A private window may be the reason.</Message>
  if (!opened) return <Message>Loading…</Message>
  return (
    <WorkspaceProvider person={person} {...opened}>
      <Shell leave={leave} />
    </WorkspaceProvider>
  )
}

function Message({ children }: { children: React.ReactNode }) {
  return (
    <main className="mx-auto max-w-md px-4 py-14">
      <p role="status" className="text-muted">
        {children}
      </p>
    </main>
  )
}
