import { ForbiddenError, NoAnswerError, type Task, type TaskOperation, type TaskUpdate } from '@docket/sdk'
import { useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import type { Entry } from '../replica/database.ts'
import { Failure } from '../shell/failure.tsx'
import { useWorkspace } from '../shell/workspace.tsx'

const UUID = /^[\da-f-]{36}$/

/** What of the person's changes has not reached the server, and why: offline, refused, or changed by somebody else too. */
export function OnItsWay() {
  const { outbox, trouble, failure, replica, tasks } = useWorkspace()
  const halfTyped = [...new Set(replica.halfTyped.map((key) => key.split(' ')[0] as string))].filter((id) => UUID.test(id))
  const waiting = outbox.filter(({ state }) => state === 'waiting').length
  const count = waiting === 1 ? '1 change is' : `${waiting} changes are`
  return (
    <>
      {failure && (
        <div role="alert" className="alert">
          This device could not keep that: {failure.message}
        </div>
      )}
      {trouble instanceof NoAnswerError && (
        <p role="status" className="note text-sm text-muted">
          Offline. {waiting > 0 ? `${count} kept on this device and will be sent.` : 'You can go on: what you do is kept on this device.'}
        </p>
      )}
      {trouble && !(trouble instanceof NoAnswerError) && (
        <Failure error={trouble} {...(trouble instanceof ForbiddenError ? {} : { retry: () => void replica.synchronise() })} />
      )}
      {halfTyped.map((id) => (
        <HalfTyped key={id} id={id} task={tasks.get(id)} />
      ))}
      {outbox.map((entry) =>
        entry.state === 'conflict' ? <Conflict key={entry.id} entry={entry} /> : entry.state === 'refused' ? <Refused key={entry.id} entry={entry} /> : null,
      )}
    </>
  )
}

/** A text that was being typed when the page was left, and that is no change of the task yet. */
function HalfTyped({ id, task }: { id: string; task: Task | undefined }) {
  const { replica, isLoading } = useWorkspace()
  const key = useSyncExternalStore(replica.subscribe, () => [`${id} title`, `${id} description`].find((each) => replica.draft(each)))
  if (!key || (!task && isLoading)) return null
  const view = task?.trashed_at ? '/trash' : task?.completed ? '/done' : '/'
  return (
    <div role="status" className="note flex flex-wrap items-center justify-between gap-2">
      {task ? (
        <>
          <span>
            You were writing in <strong>{task.title}</strong> when the page was left.
          </span>
          <Link href={`${view}?task=${id}`} className="outlined">
            Go on
          </Link>
        </>
      ) : (
        <>
          <span className="break-words whitespace-pre-wrap">You were writing this in a task that is gone: {replica.draft(key)?.text}</span>
          <button type="button" className="outlined" onClick={() => replica.setDraft(key, undefined)}>
            Let go of it
          </button>
        </>
      )}
    </div>
  )
}

function Refused({ entry }: { entry: Entry }) {
  const { replica } = useWorkspace()
  return (
    <div role="alert" className="alert">
      <p>
        Not saved: <strong>{entry.about}</strong>. {entry.why}
      </p>
      <Typed operations={entry.operations} />
      <div className="mt-2 flex gap-2">
        <button type="button" className="outlined" onClick={() => replica.retry(entry)}>
          Try again
        </button>
        <button type="button" className="outlined" onClick={() => replica.discard(entry)}>
          Let go of it
        </button>
      </div>
    </div>
  )
}

/** What would be lost with it. */
function Typed({ operations }: { operations: TaskOperation[] }) {
  const texts = operations.flatMap((operation) =>
    operation.action === 'update'
      ? Object.values(operation.changes).filter((value) => typeof value === 'string')
      : operation.action === 'create' && operations.length > 2
        ? [operation.task.title]
        : [],
  )
  return texts.length === 0 ? null : <p className="mt-1 text-sm break-words whitespace-pre-wrap">{texts.join('\n')}</p>
}

const NAMES: Partial<Record<keyof TaskUpdate, string>> = {
  title: 'Title',
  description: 'Description',
  due_date: 'Due',
  due_time: 'Time',
  priority: 'Priority',
  labels: 'Labels',
}

/** Both versions, side by side, of what both have changed. */
function Conflict({ entry }: { entry: Entry }) {
  const { replica, outbox } = useWorkspace()
  const { index, theirs } = entry.conflict as NonNullable<Entry['conflict']>
  const { changes } = entry.operations[index] as Extract<TaskOperation, { action: 'update' }>
  // With what was typed on top of it since.
  const mine: TaskUpdate = { ...changes }
  for (const { id, operations } of outbox) {
    if ((id as number) <= (entry.id as number)) continue
    for (const later of operations)
      if (later.action === 'update' && later.task_id === theirs.id)
        Object.assign(mine, Object.fromEntries(Object.entries(later.changes).filter(([member]) => member in changes)))
  }
  const members = (Object.keys(changes) as (keyof TaskUpdate & keyof Task)[]).filter((member) => member in NAMES)
  const say = (value: unknown) => (Array.isArray(value) ? value.map((label) => `#${label}`).join(' ') : String(value ?? '')) || 'nothing'
  const versions = [
    ['Yours', 'mine', mine],
    ['Saved elsewhere', 'theirs', theirs],
  ] as const
  return (
    <section role="alert" aria-label={`${theirs.title} was changed elsewhere too`} className="note">
      <p className="mb-3">
        <strong>{theirs.title}</strong> was changed elsewhere too. Which one shall stay?
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {versions.map(([name, choice, version]) => (
          <div key={choice} className="flex flex-col rounded-lg border border-line p-3">
            <p className="mb-1 text-sm font-semibold text-muted">{name}</p>
            <dl className="mb-3 grow">
              {members.map((member) => (
                <div key={member}>
                  <dt className="text-xs text-muted">{NAMES[member]}</dt>
                  <dd className="break-words whitespace-pre-wrap">{say(version[member])}</dd>
                </div>
              ))}
            </dl>
            <button type="button" className="outlined self-start" onClick={() => replica.resolve(entry, choice)}>
              {choice === 'mine' ? 'Keep mine' : 'Keep the other'}
            </button>
          </div>
        ))}
      </div>
    </section>
  )
}
