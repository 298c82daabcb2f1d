import {
  ForbiddenError,
  NoAnswerError,
  type Task,
  type TaskOperation,
  type TaskUpdate,
} from '@docket/sdk'
import { useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import type { Entry } from '../../replica/database.ts'
import { Failure } from '../../ui/failure.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'

const UUID = /^[\da-f-]{36}$/

/**
 * What of the person's changes has not reached the server, and why: offline, refused, or changed by
 * another device too.
 */
export function OnItsWay({ edited }: { edited?: string | undefined }) {
  const { outbox, trouble, failure, replica, tasks } = useWorkspace()
  const keys = useSyncExternalStore(replica.subscribe, () => [...replica.halfTyped].join('\n'))
  const ids = keys.split('\n').map((key) => key.split(' ')[0] as string)
  const halfTyped = [...new Set(ids)].filter((id) => UUID.test(id) && id !== edited)
  const waiting = outbox.filter(({ state }) => state === 'waiting').length
  const count = waiting === 1 ? '1 change' : `${waiting} changes`
  const isOffline = trouble instanceof NoAnswerError && !navigator.onLine
  return (
    <>
      {failure && (
        <div role="alert" className="alert">
          Couldn't save on this device: {failure.message}
        </div>
      )}
      {trouble instanceof NoAnswerError && (
        <p role="status" className="note text-sm text-muted">
          {isOffline ? "You're offline. " : "Can't reach the server. "}
          {waiting > 0
            ? `${count} will sync when ${isOffline ? "you're" : "it's"} back.`
            : isOffline
              ? 'Keep going, changes will sync later.'
              : 'Keep going, trying again.'}
        </p>
      )}
      {trouble && !(trouble instanceof NoAnswerError) && (
        <Failure
          error={trouble}
          {...(trouble instanceof ForbiddenError
            ? {}
            : { retry: () => void replica.synchronise() })}
        />
      )}
      {halfTyped.map((id) => (
        <HalfTyped key={id} id={id} task={tasks.get(id)} />
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

/** A text that was being typed when the page was left, and that is no change of the task yet. */
function HalfTyped({ id, task }: { id: string; task: Task | undefined }) {
  const { replica, isLoading } = useWorkspace()
  const key = useSyncExternalStore(replica.subscribe, () =>
    [`${id} title`, `${id} description`].find((each) => replica.draft(each)),
  )
  if (!key || (!task && isLoading)) return null
  const view = task?.trashed_at ? '/trash' : task?.completed ? '/done' : '/'
  return (
    <div role="status" className="note flex flex-wrap items-center justify-between gap-2">
      {task ? (
        <>
          <span>
            You have an unsaved draft in “<strong dir="auto">{task.title}</strong>”.
          </span>
          <span className="flex gap-2">
            <Link href={`${view}?task=${id}`} className="outlined">
              Continue editing
            </Link>
            <button
              type="button"
              className="outlined"
              onClick={() => replica.setDraft(key, undefined)}
            >
              Discard
            </button>
          </span>
        </>
      ) : (
        <>
          <span className="break-words whitespace-pre-wrap" dir="auto">
            Unsaved text from a deleted task: {replica.draft(key)?.text}
          </span>
          <button
            type="button"
            className="outlined"
            onClick={() => replica.setDraft(key, undefined)}
          >
            Discard
          </button>
        </>
      )}
    </div>
  )
}

/** It is tried again by itself; until then the person knows which change it is. */
function Blocked({ entry }: { entry: Entry }) {
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

function Refused({ entry }: { entry: Entry }) {
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
        <button type="button" className="outlined" onClick={() => replica.discard(entry)}>
          Discard
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
  return texts.length === 0 ? null : (
    <p className="mt-1 text-sm break-words whitespace-pre-wrap" dir="auto">
      {texts.join('\n')}
    </p>
  )
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
        Object.assign(
          mine,
          Object.fromEntries(Object.entries(later.changes).filter(([member]) => member in changes)),
        )
  }
  const members = (Object.keys(changes) as (keyof TaskUpdate & keyof Task)[]).filter(
    (member) => member in NAMES,
  )
  const say = (value: unknown) =>
    (Array.isArray(value) ? value.map((label) => `#${label}`).join(' ') : String(value ?? '')) ||
    'Empty'
  const versions = [
    ['This device', 'mine', mine],
    ['Other device', 'theirs', theirs],
  ] as const
  return (
    <section
      role="alert"
      aria-label={`${theirs.title} was also changed on another device`}
      className="note"
    >
      <p className="mb-3">
        “<strong dir="auto">{theirs.title}</strong>” was also changed on another device. Which
        version do you want to keep?
      </p>
      <div className="grid gap-3 sm:grid-cols-2">
        {versions.map(([name, choice, version]) => (
          <div key={choice} className="flex flex-col rounded-lg border border-line p-3">
            <p className="mb-1 text-sm font-semibold text-muted">{name}</p>
            <dl className="mb-3 grow">
              {members.map((member) => (
                <div key={member}>
                  <dt className="text-xs text-muted">{NAMES[member]}</dt>
                  <dd className="break-words whitespace-pre-wrap" dir="auto">
                    {say(version[member])}
                  </dd>
                </div>
              ))}
            </dl>
            <button
              type="button"
              className="outlined self-start"
              onClick={() => replica.resolve(entry, choice)}
            >
              {choice === 'mine' ? 'Keep mine' : 'Keep other version'}
            </button>
          </div>
        ))}
      </div>
    </section>
  )
}
