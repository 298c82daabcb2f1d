import type { Operation, Task } from '@docket/sdk'
import type { Database, Entry } from './database.ts'
import { holds, targetOf } from './operations/operations.ts'

/**
 * The first entry that can be sent. An entry has to wait if one of its tasks has a conflict, has a
 * failed entry, or was not created.
 *
 * @param failed the entries for which the server has just failed
 */
export function nextOf(entries: Entry[], failed: Set<number>): Entry | undefined {
  const held = new Set<string>()
  for (const entry of entries) {
    const targets = entry.operations.flatMap(needed)
    if (entry.state === 'waiting' && !failed.has(entry.id) && !targets.some((id) => held.has(id)))
      return entry
    if (entry.state === 'done') continue
    for (const operation of entry.operations)
      if (entry.state !== 'refused') for (const id of changedBy(operation)) held.add(id)
      else if (isCreation(operation)) held.add(targetOf(operation))
  }
  return undefined
}

/** What an operation is about, what it is moved next to, and what a task is put under. */
function needed(operation: Operation): string[] {
  const place = 'place' in operation ? Object.values(operation.place) : []
  return [...changedBy(operation), ...place]
}

/** What must not be changed before an operation is done: a list before a task is put into it. */
const changedBy = (operation: Operation): string[] => [
  targetOf(operation),
  ...holdersOf(operation).map(([, id]) => id),
]

const HOLDERS = ['list_id', 'parent_id'] as const
type Holder = (typeof HOLDERS)[number]

/** The list and the parent that an operation puts a task under. */
export function holdersOf(operation: Operation): [member: Holder, id: string][] {
  const values =
    operation.action === 'create_task'
      ? operation.value
      : operation.action === 'update_task'
        ? operation.changes
        : {}
  return HOLDERS.flatMap((member): [Holder, string][] => {
    const id = values[member]
    return id ? [[member, id]] : []
  })
}

const isCreation = ({ action }: Operation) => action.startsWith('create_')

/** The tasks that are on the server already, and not in the replica yet. */
export const leftBy = (entries: Entry[]): Map<string, Task> =>
  new Map(entries.flatMap(({ left = [] }) => left.map((task) => [task.id, task])))

/** The entry is with the server, and left these tasks. */
export async function settle(database: Database, entry: Entry, left: Task[]): Promise<void> {
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  await transaction.store.put({ ...entry, state: 'done', left })
  await rebase(transaction.store, entry, leftBy([{ ...entry, left }]))
  await transaction.done
}

/** What a conflict is about: the update done here, and the task as another device left it. */
export function conflictIn({ conflict, operations }: Entry) {
  const mine = conflict && operations[conflict.index]
  return conflict && mine?.action === 'update_task' ? { ...conflict, mine } : undefined
}

/**
 * Applies the user's choice. `mine` sends the update again, against the current version. `theirs`
 * discards the changes made here.
 */
export async function resolve(
  database: Database,
  entry: Entry,
  choice: 'mine' | 'theirs',
): Promise<void> {
  const found = conflictIn(entry)
  if (!found) return
  const { index, mine, theirs } = found
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  const { conflict: _, ...rest } = entry
  if (choice === 'mine')
    await transaction.store.put({
      ...withOperation(rest, index, { ...mine, if_match: theirs.etag }),
      state: 'waiting',
    })
  else {
    await putOrDelete(transaction.store, { ...without(rest, index), state: 'waiting' })
    // Later changes to the same members, made on top of this update, are discarded, too.
    for (const later of await laterThan(transaction.store, entry)) {
      const typed = later.operations.findIndex(
        (operation) =>
          operation.action === 'update_task' &&
          operation.id === theirs.id &&
          Object.keys(operation.changes).some((member) => member in mine.changes),
      )
      if (typed >= 0) await putOrDelete(transaction.store, without(later, typed))
    }
    await rebase(transaction.store, entry, new Map([[theirs.id, theirs]]))
  }
  await transaction.done
}

/**
 * Discards an entry that the server refused, and later operations on what it would have created.
 * Tasks that were to be under a list or a task that it would have created are in the Inbox and
 * without a parent, or stay where they are.
 */
export async function discard(database: Database, entry: Entry): Promise<void> {
  const never = new Set(entry.operations.filter(isCreation).map(targetOf))
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  await transaction.store.delete(entry.id)
  for (const later of await laterThan(transaction.store, entry)) {
    let left = later
    for (const [index, operation] of [...later.operations.entries()].toReversed())
      if (never.has(targetOf(operation))) left = without(left, index)
      else if (holdersOf(operation).some(([, id]) => never.has(id))) left = notPut(left, index)
    if (left !== later) await putOrDelete(transaction.store, left)
  }
  await transaction.done
}

/** The entry without putting a task under anything, by the operation at this index. */
function notPut(entry: Entry, index: number): Entry {
  const [operation, inverse] = [entry.operations[index], entry.inverse[index]]
  if (operation?.action === 'create_task') return withOperation(entry, index, inInbox(operation))
  if (operation?.action !== 'update_task') return entry
  const { list_id: _, parent_id: __, ...changes } = operation.changes
  if (Object.keys(changes).length === 0) return without(entry, index)
  const changed = withOperation(entry, index, { ...operation, changes })
  if (inverse?.action !== 'update_task') return changed
  const { list_id: ___, parent_id: ____, ...before } = inverse.changes
  return { ...changed, inverse: entry.inverse.with(index, { ...inverse, changes: before }) }
}

/** A task that was to be put under a list or a parent: in the Inbox, and without a parent. */
export function inInbox(operation: Operation): Operation {
  if (holdersOf(operation).length === 0) return operation
  const nowhere = { list_id: null, parent_id: null }
  if (operation.action === 'create_task')
    return { ...operation, value: { ...operation.value, ...nowhere } }
  return operation.action === 'update_task'
    ? { ...operation, changes: { ...operation.changes, ...nowhere } }
    : operation
}

/**
 * Replaces one operation of an entry. It gets a new key, because it is another request to the
 * server.
 */
export function withOperation(entry: Entry, index: number, operation: Operation): Entry {
  return { ...entry, key: crypto.randomUUID(), operations: entry.operations.with(index, operation) }
}

export function without({ conflict: _, ...entry }: Entry, index: number): Entry {
  // The index of the conflict may have changed. The server reports conflicts again.
  const state = entry.state === 'conflict' ? 'waiting' : entry.state
  return {
    ...entry,
    state,
    key: crypto.randomUUID(),
    operations: entry.operations.toSpliced(index, 1),
    inverse: entry.inverse.toSpliced(index, 1),
  }
}

/**
 * Takes what the server refuses out of an entry, so that one bad task does not hold up the others.
 *
 * @param bad the operation that is refused, at this index; where it creates a task, all that is
 *   about this task goes with it
 * @returns the others, and what was taken out
 */
export function split(entry: Entry, index: number, bad: Operation): { rest: Entry; apart: Entry } {
  const id = targetOf(bad)
  const isApart = (operation: Operation, at: number) =>
    at === index ||
    (isCreation(bad) &&
      (targetOf(operation) === id || holdersOf(operation).some(([, holder]) => holder === id)))
  const apartAt = entry.operations.flatMap((operation, at) => (isApart(operation, at) ? [at] : []))
  const move = entry.operations.find(
    (operation) => operation.action === 'move_task' && operation.id === id,
  )
  const operations = entry.operations.map((operation) => {
    const isBeside =
      bad.action === 'create_task' &&
      operation.action === 'move_task' &&
      Object.values(operation.place).includes(id)
    // A task that was to be moved next to the refused one takes its place.
    return isBeside && move?.action === 'move_task'
      ? { ...operation, place: move.place }
      : operation
  })
  const isIn = (at: number) => apartAt.includes(at)
  const { conflict: _, ...plain } = entry
  const part = (isWanted: (at: number) => boolean): Entry => ({
    ...plain,
    state: 'waiting',
    key: crypto.randomUUID(),
    operations: operations.filter((_, at) => isWanted(at)),
    inverse: entry.inverse.filter((_, at) => isWanted(at)),
  })
  const about =
    bad.action === 'create_task'
      ? bad.value.title
      : bad.action === 'create_list'
        ? bad.value.name
        : entry.about
  return { rest: part((at) => !isIn(at)), apart: { ...part(isIn), about } }
}

interface Store {
  getAll(): Promise<Entry[]>
  put(entry: Entry): Promise<unknown>
  delete(id: number): Promise<unknown>
}

export const putOrDelete = (store: Store, entry: Entry) =>
  entry.operations.length > 0 ? store.put(entry) : store.delete(entry.id)

/**
 * Puts back an entry that has changed since it was sent, followed by the operations that the server
 * refused. They come before later operations on tasks that they would have created.
 */
export async function putBack(
  database: Database,
  sent: Entry,
  entry: Entry,
  refused: Entry | undefined,
): Promise<void> {
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  // The entry was discarded, or retried, while it was being sent.
  if ((await transaction.store.get(sent.id))?.key !== sent.key) return
  await putOrDelete(transaction.store, entry)
  if (refused) {
    // The database assigns whole numbers as ids. That leaves room for a thousand parts before the
    // next entry.
    const next = Math.floor(entry.id) + 1
    const keys = await transaction.store.getAllKeys(IDBKeyRange.bound(entry.id, next, true, true))
    await transaction.store.put({
      ...refused,
      id: (keys.at(-1) ?? entry.id) + 2 ** -10,
    })
  }
  await transaction.done
}

const laterThan = async (store: Store, { id }: Entry) =>
  (await store.getAll()).filter((later) => later.id > id && later.state !== 'done')

/**
 * Bases later updates on the version that this entry left. An update is not changed if another
 * device has changed the same members meanwhile: then the server must refuse it.
 */
async function rebase(store: Store, entry: Entry, left: Map<string, Task>): Promise<void> {
  for (const later of await laterThan(store, entry)) {
    const operations = later.operations.map((operation, index) => {
      const task = operation.action === 'update_task' ? left.get(operation.id) : undefined
      const over = later.inverse[index]
      return task && over?.action === 'update_task' && holds(task, over.changes)
        ? { ...operation, if_match: task.etag }
        : operation
    })
    await store.put({ ...later, operations })
  }
}
