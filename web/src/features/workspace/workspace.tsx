import type { DocketClient } from '@docket/sdk'
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Replica, Snapshot } from '../../replica/replica.ts'
import type { Person } from '../../ui/device.ts'
import { type Actions, actionsOf } from './actions/actions.ts'
import { dayFromToday } from './due.ts'
import { Undo, type Undoable } from './undo.tsx'

interface Workspace extends Snapshot {
  person: Person
  docket: DocketClient
  replica: Replica
  actions: Actions
  announce: (said: string) => void
  /** The day by the clock of the person; another one after midnight. */
  today: string
  /** The time zone of the device, which may change while the page is open. */
  timeZone: string
  /** What this device could not keep. */
  failure: Error | undefined
}

const Context = createContext<Workspace | undefined>(undefined)

/** Who is here, their tasks, and what can be done with them. */
export function useWorkspace(): Workspace {
  const workspace = use(Context)
  if (!workspace) throw new Error('There is no workspace around this')
  return workspace
}

export function WorkspaceProvider({
  person,
  docket,
  replica,
  children,
}: {
  person: Person
  docket: DocketClient
  replica: Replica
  children: ReactNode
}) {
  const snapshot = useSyncExternalStore(replica.subscribe, replica.getSnapshot)
  const { today, timeZone } = useClock()
  const [announced, setAnnounced] = useState('')
  // A repeated message is news, too, but a screen reader reads it only if the text changes.
  const announce = useCallback(
    (said: string) => setAnnounced((before) => (before === said ? `${said}\u00a0` : said)),
    [],
  )
  const [undoable, offerUndo] = useState<Undoable>()
  const [failure, failed] = useState<Error>()
  const forget = useCallback(() => offerUndo(undefined), [])
  const actions = useMemo(
    () => actionsOf(replica, { announce, offerUndo, failed }),
    [replica, announce],
  )
  const workspace = useMemo(
    () => ({ ...snapshot, person, docket, replica, actions, announce, today, timeZone, failure }),
    [snapshot, person, docket, replica, actions, announce, today, timeZone, failure],
  )
  return (
    <Context value={workspace}>
      {children}
      {undoable && <Undo last={undoable} over={forget} />}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </Context>
  )
}

const look = () => ({
  today: dayFromToday(0),
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
})

/** No event tells that it is another day, or that the device is in another time zone. */
function useClock(): { today: string; timeZone: string } {
  const [clock, setClock] = useState(look)
  useEffect(() => {
    const update = () =>
      setClock((before) => {
        const now = look()
        return now.today === before.today && now.timeZone === before.timeZone ? before : now
      })
    const timer = setInterval(update, 10_000)
    document.addEventListener('visibilitychange', update)
    window.addEventListener('focus', update)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', update)
      window.removeEventListener('focus', update)
    }
  }, [])
  return clock
}
