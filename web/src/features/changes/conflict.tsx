import type { TaskUpdate } from '@docket/sdk'
import type { Entry } from '../../replica/database.ts'
import { conflictIn } from '../../replica/outbox.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

const NAMED = [
  'title',
  'description',
  'list_id',
  'parent_id',
  'starts_on',
  'due_date',
  'due_time',
  'priority',
  'labels',
] as const
const NAMES: Record<(typeof NAMED)[number], string> = {
  title: 'Title',
  description: 'Description',
  list_id: 'List',
  parent_id: 'Subtask of',
  starts_on: 'Starts',
  due_date: 'Due',
  due_time: 'Time',
  priority: 'Priority',
  labels: 'Labels',
}

/** Both versions, side by side, of what both have changed. */
export function Conflict({ entry }: { entry: Entry }) {
  const { replica, outbox, lists, tasks } = useWorkspace()
  const conflict = conflictIn(entry)
  if (!conflict) return null
  const {
    theirs,
    mine: { changes },
  } = conflict
  // With what was typed on top of it since.
  const mine: TaskUpdate = { ...changes }
  for (const { id, operations } of outbox) {
    if (id <= entry.id) continue
    for (const later of operations)
      if (later.action === 'update_task' && later.id === theirs.id)
        Object.assign(
          mine,
          Object.fromEntries(Object.entries(later.changes).filter(([member]) => member in changes)),
        )
  }
  const members = NAMED.filter((member) => member in changes)
  const nameIn: Record<string, (id: string) => string> = {
    list_id: (id) => lists.get(id)?.name ?? 'Another list',
    parent_id: (id) => tasks.get(id)?.title ?? 'Another task',
  }
  const say = (member: string, value: unknown) =>
    member === 'list_id' && value === null
      ? 'Inbox'
      : value && nameIn[member]
        ? nameIn[member](String(value))
        : (Array.isArray(value)
            ? value.map((label) => `#${label}`).join(' ')
            : String(value ?? '')) || 'Empty'
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
                    {say(member, version[member])}
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
