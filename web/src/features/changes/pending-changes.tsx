import { ForbiddenError, NoResponseError } from '@docket/sdk'
import { useSyncExternalStore } from 'react'
import { Failure } from '../../ui/failure.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Conflict } from './conflict.tsx'
import { Blocked, Refused } from './refused.tsx'
import { UnsavedDraft } from './unsaved-draft.tsx'

const UUID = /^[\da-f-]{36}$/

/**
 * What of the person's changes has not reached the server, and why: offline, refused, or changed by
 * another device too.
 */
export function PendingChanges({ edited }: { edited?: string | undefined }) {
  const { outbox, trouble, failure, replica, tasks } = useWorkspace()
  const keys = useSyncExternalStore(replica.subscribe, () => [...replica.unsavedDrafts].join('\n'))
  const ids = keys.split('\n').map((key) => key.replace(/ .*$/, ''))
  const drafts = [...new Set(ids)].filter((id) => UUID.test(id) && id !== edited)
  const waiting = outbox.filter(({ state }) => state === 'waiting').length
  const count = waiting === 1 ? '1 change' : `${waiting} changes`
  const isOffline = trouble instanceof NoResponseError && !navigator.onLine
  return (
    <>
      {failure && (
        <div role="alert" className="alert">
          Couldn't save on this device: {failure.message}
        </div>
      )}
      {trouble instanceof NoResponseError && (
        <p role="status" className="note text-sm text-muted">
          {isOffline ? "You're offline. " : "Can't reach the server. "}
          {waiting > 0
            ? `${count} will sync when ${isOffline ? "you're" : "it's"} back.`
            : isOffline
              ? 'Keep going, changes will sync later.'
              : 'Keep going, trying again.'}
        </p>
      )}
      {trouble && !(trouble instanceof NoResponseError) && (
        <Failure
          error={trouble}
          {...(trouble instanceof ForbiddenError
            ? {}
            : { retry: () => void replica.synchronise() })}
        />
      )}
      {drafts.map((id) => (
        <UnsavedDraft key={id} id={id} task={tasks.get(id)} />
      ))}
      {outbox.map((entry) =>
        entry.state === 'waiting' && entry.isBlocked ? (
          <Blocked key={entry.id} entry={entry} />
        ) : null,
      )}
      {outbox.map((entry) =>
        entry.state === 'conflict' ? (
          <Conflict key={entry.id} entry={entry} />
        ) : entry.state === 'refused' ? (
          <Refused key={entry.id} entry={entry} />
        ) : null,
      )}
    </>
  )
}
