import type { Operation } from '@docket/sdk'
import type { Entry } from '../../replica/database.ts'
import { holdersOf } from '../../replica/outbox.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** It is tried again by itself; until then the person knows which change it is. */
export function Blocked({ entry }: { entry: Entry }) {
  const { replica } = useWorkspace()
  return (
    <div role="alert" className="alert">
      <p>
        “<strong dir="auto">{entry.about}</strong>” doesn't reach the server: something on the way,
        such as a firewall, answers in its place. Trying again.
      </p>
      <Typed operations={entry.operations} />
      <button type="button" className="outlined mt-2" onClick={() => replica.discard(entry)}>
        Discard
      </button>
    </div>
  )
}

export function Refused({ entry }: { entry: Entry }) {
  const { replica } = useWorkspace()
  return (
    <div role="alert" className="alert">
      <p>
        Couldn't save “<strong dir="auto">{entry.about}</strong>”. {entry.why}
      </p>
      <Typed operations={entry.operations} />
      <div className="mt-2 flex gap-2">
        <button type="button" className="outlined" onClick={() => replica.retry(entry)}>
          Try again
        </button>
        {entry.operations.some((operation) => holdersOf(operation).length > 0) && (
          <button type="button" className="outlined" onClick={() => replica.retryInInbox(entry)}>
            Put into Inbox
          </button>
        )}
        <button type="button" className="outlined" onClick={() => replica.discard(entry)}>
          Discard
        </button>
      </div>
    </div>
  )
}

/** What would be lost with it. */
function Typed({ operations }: { operations: Operation[] }) {
  const texts = operations.flatMap((operation) =>
    operation.action === 'update_task' || operation.action === 'update_list'
      ? Object.entries(operation.changes).flatMap(([member, value]) =>
          typeof value === 'string' && !member.endsWith('_id') ? value : [],
        )
      : operation.action === 'create_task' && operations.length > 2
        ? [operation.value.title]
        : [],
  )
  return texts.length === 0 ? null : (
    <p className="mt-1 text-sm break-words whitespace-pre-wrap" dir="auto">
      {texts.join('\n')}
    </p>
  )
}
