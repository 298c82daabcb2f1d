import type { Task, TaskOperation } from '@docket/sdk'
import type { Database, Entry } from './database.ts'
import { targetOf } from './operations.ts'

/** The first entry that may go. What is about a task that a conflict or a refusal is about waits for the person's choice. */
export function nextOf(entries: Entry[]): Entry | undefined {
  const held = new Set<string>()
  for (const entry of entries) {
    const targets = entry.operations.map(targetOf)
    if (entry.state === 'waiting' && !targets.some((id) => held.has(id))) return entry
    if (entry.state !== 'done') for (const id of targets) held.add(id)
  }
  return undefined
}

/** The entry is with the server. What was done after it to the same tasks was done on top of what it left. */
export async function settle(database: Database, entry: Entry, left: Task[]): Promise<void> {
  const versions = left.map(({ id, etag }): [string, string] => [id, etag])
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  await transaction.store.put({ ...entry, state: 'done', left: versions })
  await rebase(transaction.store, entry, new Map(versions))
  await transaction.done
}

/** The versions that are on the server already, and not in the replica yet. */
export const versionsLeft = (entries: Entry[]): Map<string, string> => new Map(entries.flatMap(({ left = [] }) => left))

/** A person's choice: `mine` goes once more, against the version that is there now; `theirs` lets go of what was changed here. */
export async function resolve(database: Database, entry: Entry, choice: 'mine' | 'theirs'): Promise<void> {
  const { index, theirs } = entry.conflict as NonNullable<Entry['conflict']>
  const mine = entry.operations[index] as Extract<TaskOperation, { action: 'update' }>
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  const { conflict: _, ...rest } = entry
  if (choice === 'mine') await transaction.store.put({ ...withOperation(rest, index, { ...mine, if_match: theirs.etag }), state: 'waiting' })
  else {
    await putOrDelete(transaction.store, { ...without(rest, index), state: 'waiting' })
    // What was typed on top of it, into the same members, goes with it.
    for (const later of await transaction.store.getAll()) {
      if ((later.id as number) <= (entry.id as number) || later.state === 'done') continue
      const kept = later.operations.findIndex(
        (operation) =>
          operation.action === 'update' && operation.task_id === theirs.id && Object.keys(operation.changes).some((member) => member in mine.changes),
      )
      if (kept >= 0) await putOrDelete(transaction.store, without(later, kept))
    }
    await rebase(transaction.store, entry, new Map([[theirs.id, theirs.etag]]))
  }
  await transaction.done
}

/** Lets go of what the server refused, and of what was done afterwards to a task that it would have created. */
export async function discard(database: Database, entry: Entry): Promise<void> {
  const never = new Set(entry.operations.filter(({ action }) => action === 'create').map(targetOf))
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  await transaction.store.delete(entry.id as number)
  for (const later of await transaction.store.getAll()) {
    let left = later
    for (let index = later.operations.length - 1; index >= 0; index -= 1) {
      if (never.has(targetOf(later.operations[index] as TaskOperation))) left = without(left, index)
    }
    if (left !== later) await putOrDelete(transaction.store, left)
  }
  await transaction.done
}

/** An entry with another operation in a place; to the server that is another request. */
export function withOperation(entry: Entry, index: number, operation: TaskOperation): Entry {
  return { ...entry, key: crypto.randomUUID(), operations: entry.operations.with(index, operation) }
}

export function without(entry: Entry, index: number): Entry {
  return { ...entry, key: crypto.randomUUID(), operations: entry.operations.toSpliced(index, 1), inverse: entry.inverse.toSpliced(index, 1) }
}

interface Store {
  getAll(): Promise<Entry[]>
  put(entry: Entry): Promise<unknown>
  delete(id: number): Promise<unknown>
}

export const putOrDelete = (store: Store, entry: Entry) => (entry.operations.length > 0 ? store.put(entry) : store.delete(entry.id as number))

async function rebase(store: Store, entry: Entry, versions: Map<string, string>): Promise<void> {
  for (const later of await store.getAll()) {
    if ((later.id as number) <= (entry.id as number) || later.state === 'done') continue
    const operations = later.operations.map((operation) => {
      const version = operation.action === 'update' && versions.get(operation.task_id)
      return version ? { ...operation, if_match: version } : operation
    })
    await store.put({ ...later, operations })
  }
}
