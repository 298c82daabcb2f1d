import { useEffect, useState } from 'react'
import { WorkspaceProvider } from '../features/workspace/workspace.tsx'
import { openReplica, type Replica } from '../replica/replica.ts'
import { docketOf } from '../session/docket.ts'
import type { Person } from '../ui/device.ts'
import { Message } from '../ui/message.tsx'
import { Shell } from './shell.tsx'

/** The tasks of a person who is signed in, or was when the network was last there. */
export function Workspace({ person, leave }: { person: Person; leave: (why?: string) => void }) {
  const [opened, setOpened] = useState<{ replica: Replica; docket: ReturnType<typeof docketOf> }>()
  const [failure, setFailure] = useState<Error>()

  useEffect(() => {
    let replica: Replica | undefined
    let isOver = false
    const over = () => {
      if (isOver) return
      isOver = true
      const done = () =>
        leave("You've been signed out. Sign in to continue. Your changes are saved on this device.")
      // Changes that have not reached the server stay on this device until the user comes back.
      void replica?.forget().then(done, done)
    }
    const docket = docketOf(person.id, over)
    const opening = openReplica(person.id, docket).then((made) => {
      replica = made
      if (isOver) return made.close()
      setOpened({ replica: made, docket })
      void made.synchronise()
      // Without this, the browser may delete unsent changes when it needs space.
      void navigator.storage?.persist?.()
    }, setFailure)
    return () => {
      isOver = true
      void opening.then(() => replica?.close())
    }
  }, [person.id, leave])

  if (failure)
    return (
      <Message>
        Docket can't store data in this browser ({failure.message}). If this is a private window,
        try a regular one.
      </Message>
    )
  if (!opened) return <Message>Loading…</Message>
  return (
    <WorkspaceProvider person={person} {...opened}>
      <Shell leave={leave} />
    </WorkspaceProvider>
  )
}
