import { expect } from 'vitest'
import { fold, uniqueLabels } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../../server/testing/data/every-task.ts'
import { type Command, command, type Side, sendWrite, type User } from './commands.ts'
import { type Account, reachable } from './model.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type LabelColor = Schemas['LabelColor']

/** What becomes of a label; the name null: it is deleted. */
export type LabelWrite = { name?: string | null; color?: Schemas['Color'] }

const isSame = (a: string, b: string | null) => b !== null && fold(a) === fold(b)
const isCalled = (name: string) => (label: string) => isSame(name, label)
const colorOf = ({ labels }: Account, name: string) =>
  labels.find((label) => isCalled(name)(label.name))

/** The labels of a task after the write. */
const after = ({ labels }: Task, name: string, newName: string | null): string[] =>
  newName === null
    ? labels.filter((label) => !isCalled(name)(label))
    : uniqueLabels(labels.map((label) => (isCalled(name)(label) ? newName : label)))

/** Renames, recolors or deletes a label; `inBulk`: a write of the color alone is one of a bulk. */
export function changeLabel(
  user: User,
  name: string,
  write: LabelWrite,
  keyed: boolean,
  inBulk: boolean,
): Command {
  return command(`changeLabel(${user}, ${name}, ${JSON.stringify(write)})`, async (world) => {
    const side = world[user]
    const { account, person } = side
    const own = colorOf(account, name)
    const { color } = write
    const isColored = color !== undefined && (write.name === undefined || isSame(name, write.name))
    const isThere =
      isColored || own || account.tasks.some(({ labels }) => labels.some(isCalled(name)))
    if (inBulk && color !== undefined && write.name === undefined) {
      const operations = [{ action: 'color_label', name, color }]
      const path = `/api/${person.id}/operations`
      const { status } = await sendWrite(
        side,
        path,
        { method: 'POST', json: { operations } },
        keyed,
      )
      expect(status).toBe(200)
      return compareLabels(side, recolor(account, name, write))
    }
    const isDelete = write.name === null
    const { status, body } = await sendWrite(
      side,
      `/api/${person.id}/labels/${encodeURIComponent(name)}`,
      isDelete ? { method: 'DELETE' } : { method: 'PATCH', json: write },
      keyed,
    )
    if (!isThere) return expect(status).toBe(404)

    const newName = write.name
    const changed =
      newName === undefined
        ? []
        : account.tasks
            .filter((task) => `${after(task, name, newName)}` !== `${task.labels}`)
            .sort((a, b) => (a.id < b.id ? -1 : 1))
    expect([status, body]).toEqual([200, { changed: changed.length, is_complete: true }])
    const stored = new Map(
      [...(await everyTask(person)), ...(await everyTask(person, 'title', '&trashed=true'))].map(
        (task) => [task.id, task],
      ),
    )
    for (const task of changed) {
      account.version += 1
      Object.assign(task, {
        labels: after(task, name, newName ?? null),
        updated_at: stored.get(task.id)?.updated_at,
        etag: `"${account.version}"`,
      } satisfies Partial<Record<keyof Task, unknown>>)
      expect(stored.get(task.id)).toEqual(task)
    }
    await compareLabels(side, recolor(account, name, write))
  })
}

/** Writes the color that the model has; a new one gets its id from the server. */
function recolor(account: Account, name: string, { name: newName, color }: LabelWrite) {
  const own = colorOf(account, name)
  const other = newName && !isSame(name, newName) ? colorOf(account, newName) : undefined
  const wanted = newName === null ? 'gray' : (color ?? other?.color ?? own?.color ?? 'gray')
  const kept = wanted === 'gray' ? undefined : (other ?? own)
  const gone = [own, other].filter((label) => label && label !== kept)
  account.version += gone.length
  account.labels = account.labels.filter((label) => !gone.includes(label))
  if (wanted === 'gray') return undefined
  const called = newName ?? own?.name ?? name
  if (kept?.color === wanted && kept.name === called) return undefined
  account.version += 1
  const written = { name: called, color: wanted, etag: `"${account.version}"` }
  if (kept) return Object.assign(kept, written)
  const created = written as LabelColor
  account.labels.push(created)
  return created
}

/** The labels of the server beside those of the model. */
async function compareLabels({ account, person }: Side, written?: LabelColor): Promise<void> {
  const { body: file } = await person.send<Schemas['TaskExport']>(
    `/api/${person.id}/task-export.json`,
  )
  const stored = file.labels.find(({ etag }) => etag === written?.etag)
  if (written && stored)
    Object.assign(
      written,
      { ...stored, ...written },
      {
        updated_at: stored.updated_at,
      },
    )
  expect(file.labels).toEqual(account.labels.toSorted((a, b) => (a.id < b.id ? -1 : 1)))

  const expected = new Map(
    account.labels.map(({ name, color }) => [fold(name), { color, open: 0, done: 0 }]),
  )
  for (const { labels, completed } of reachable(account))
    for (const label of labels) {
      const counts = expected.get(fold(label)) ?? { color: 'gray' as const, open: 0, done: 0 }
      counts[completed ? 'done' : 'open'] += 1
      expected.set(fold(label), counts)
    }
  const { body: page } = await person.send<Schemas['LabelPage']>(
    `/api/${person.id}/labels?limit=200`,
  )
  expect(new Map(page.items.map(({ name, ...label }) => [fold(name), label]))).toEqual(expected)
}
