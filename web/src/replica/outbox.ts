import type { Operation, Task } from '@docket/sdk'
import type { Database, Entry } from './database.ts'
import { holds, targetOf } from './operations.ts'

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

/** What an operation is about, what it is moved next to, and the list that a task is put into. */
function needed(operation: Operation): string[] {
  const place = 'place' in operation ? Object.values(operation.place) : []
  const list = listOf(operation)
  return [targetOf(operation), ...place, ...(list ? [list] : [])]
}

/** What must not be changed before an operation is done: a list before a task is put into it. */
function changedBy(operation: Operation): string[] {
  const list = listOf(operation)
  return [targetOf(operation), ...(list ? [list] : [])]
}

/** The list that an operation puts a task into. */
function listOf(operation: Operation): string | null | undefined {
  if (operation.action === 'create_task') return operation.value.list_id
  return operation.action === 'update_task' ? operation.changes.list_id : undefined
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
 * Tasks that were to be in a list that it would have created are in the Inbox, or stay where they
 * are.
 */
export async function discard(database: Database, entry: Entry): Promise<void> {
  const never = new Set(entry.operations.filter(isCreation).map(targetOf))
  const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
  await transaction.store.delete(entry.id)
  for (const later of await laterThan(transaction.store, entry)) {
    let left = later
    for (const [index, operation] of [...later.operations.entries()].toReversed())
      if (never.has(targetOf(operation))) left = without(left, index)
      else if (never.has(listOf(operation) ?? '')) left = withoutList(left, index)
    if (left !== later) await putOrDelete(transaction.store, left)
  }
  await transaction.done
}

/** The entry without putting a task into a list, by the operation at this index. */
function withoutList(entry: Entry, index: number): Entry {
  const [operation, inverse] = [entry.operations[index], entry.inverse[index]]
  if (operation?.action === 'create_task') return withOperation(entry, index, inInbox(operation))
  if (operation?.action !== 'update_task') return entry
  const { list_id: _, ...changes } = operation.changes
  if (Object.keys(changes).length === 0) return without(entry, index)
  const changed = withOperation(entry, index, { ...operation, changes })
  if (inverse?.action !== 'update_task') return changed
  const { list_id: __, ...before } = inverse.changes
  return { ...changed, inverse: entry.inverse.with(index, { ...inverse, changes: before }) }
}

/** A new task, or one that was to be put into a list, in the Inbox. */
export function inInbox(operation: Operation): Operation {
  if (operation.action === 'create_task')
    return { ...operation, value: { ...operation.value, list_id: null } }
  return operation.action === 'update_task' && operation.changes.list_id
    ? { ...operation, changes: { ...operation.changes, list_id: null } }
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
    (bad.action === 'create_task' && targetOf(operation) === id) ||
    (bad.action === 'create_list' && listOf(operation) === id)
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
