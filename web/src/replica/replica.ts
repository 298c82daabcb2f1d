import {
  type DocketClient,
  isProblem,
  type TaskChange,
  type TaskChanges,
  type TaskOperation,
  type TaskUpdate,
} from '@docket/sdk'
import { type Draft, deleteDatabase, type Entry, openDatabase } from './database.ts'
import { type Delivery, deliver } from './deliver.ts'
import { openDrafts } from './drafts.ts'
import { apply, holds, inverseOf, type Tasks } from './operations.ts'
import { discard, leftBy, nextOf, putBack, resolve, settle } from './outbox.ts'
import { offline, schedule } from './schedule.ts'

export interface Snapshot {
  /** The tasks as the person sees them: those of the server, with what is on its way to it. */
  tasks: Tasks
  outbox: Entry[]
  /** Not everything has come from the server yet. */
  isLoading: boolean
  /**
   * Why the server cannot be reached, or does not take what is on its way; undefined while it does.
   */
  trouble: Error | undefined
}

/** One thing to do. */
export interface Step {
  operation: TaskOperation
  /**
   * What an update was decided over, where that is not what is there now; if it is not there any
   * more, that is a conflict.
   */
  over?: TaskUpdate
}

export interface Replica {
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot
  /**
   * Does something: it is kept on this device before anything shows it, and goes to the server when
   * it can, once.
   *
   * @param about what it is about, for the message that it failed
   * @returns what takes it back
   */
  perform(steps: Step[], about: string): Promise<Step[]>
  resolve(entry: Entry, choice: 'mine' | 'theirs'): Promise<void>
  /** Tries what was refused once more. */
  retry(entry: Entry): Promise<void>
  discard(entry: Entry): Promise<void>
  /** A text that is being typed; the same in every tab. */
  draft(key: string): Draft | undefined
  setDraft(key: string, draft: Draft | undefined): void
  /** The keys of the texts that were left half typed, by this page or by the one before. */
  halfTyped: ReadonlySet<string>
  /** A field was left whose text could not become a change of the task. */
  leaveHalfTyped(key: string): void
  /** How much signing out would lose: changes, and texts that are half typed. */
  unsent(): number
  /** Sends and fetches now. Whether all of it went well is in `trouble` and `outbox` then. */
  synchronise(): Promise<void>
  /** Closes it, and keeps only what has not reached the server and what is half typed. */
  forget(): Promise<void>
  erase(): Promise<void>
  close(): void
}

/**
 * Between tabs: what has come from the server, and up to where; or that everything has to be read
 * again. An outbox has changed with each.
 */
type Message =
  | { items: TaskChange[]; cursor?: string; isLoading?: boolean }
  | { key: string; draft: Draft | undefined }
  | 'everything'

/** A version that no task has: the update is compared with what is there by its values. */
const NEVER = '"0"'

/**
 * The tasks of a person on this device. Everything is shown from it, so that a change shows at once
 * and nothing needs the network; the change feed keeps it as the server is. One tab at a time talks
 * to the server, the others hear what it heard.
 */
export async function openReplica(userId: string, docket: DocketClient): Promise<Replica> {
  const name = `docket-${userId}`
  const database = await openDatabase(userId, close, lose)
  const server: Tasks = new Map()
  let outbox: Entry[] = []
  /** Up to where `server` has what the server had. */
  let known: string | undefined
  let isLoading = true
  let trouble: Error | undefined = navigator.onLine ? undefined : offline()
  let isClosed = false

  const channel = new BroadcastChannel(name)
  const tell = (message: Message) => channel.postMessage(message)
  // From before the first look into the database, so that nothing falls between the two.
  channel.onmessage = async ({ data }: MessageEvent<Message>) => {
    const [drafts] = await opening
    if (isClosed) return
    if (data === 'everything') await read()
    else if ('key' in data) drafts.hear(data.key, data.draft)
    else {
      take(data.items)
      known = data.cursor ?? known
      isLoading = data.isLoading ?? isLoading
      await reread()
    }
  }

  const listeners = new Set<() => void>()
  const notify = () => {
    for (const listener of listeners) listener()
  }
  let snapshot: Snapshot
  function show(): void {
    const tasks: Tasks = new Map(server)
    for (const { state, operations, at } of outbox)
      if (state !== 'refused')
        for (const operation of operations) apply(tasks, operation, { at, userId })
    snapshot = { tasks, outbox, isLoading, trouble }
    notify()
  }

  /** Everything, as the database has it. */
  async function read(): Promise<void> {
    const transaction = database.transaction(['tasks', 'cursor', 'outbox'])
    const [tasks, cursor, entries] = await Promise.all([
      transaction.objectStore('tasks').getAll(),
      transaction.objectStore('cursor').get('cursor'),
      transaction.objectStore('outbox').getAll(),
    ])
    server.clear()
    for (const task of tasks) server.set(task.id, task)
    known = cursor
    outbox = entries
    isLoading = cursor === undefined
    show()
  }
  const take = (items: TaskChange[]) => {
    for (const { task_id, task } of items) {
      if (task) server.set(task_id, task)
      else server.delete(task_id)
    }
  }
  /** What is under way to the server. */
  let sending: { key: string; abort: AbortController } | undefined
  const reread = async () => {
    outbox = await database.getAll('outbox')
    // It was discarded here or in another tab.
    if (sending && !outbox.some(({ key }) => key === sending?.key)) sending.abort.abort()
    show()
  }
  const changed = async () => {
    await reread()
    tell({ items: [] })
  }

  const timing = schedule({
    // One tab at a time.
    run: async (taken) => void (await navigator.locks.request(name, () => sendAndFetch(taken))),
    fared(how) {
      if (trouble?.message === how?.message) return
      trouble = how
      show()
    },
    isWaiting: () => outbox.length > 0,
  })
  const soon = () => void timing.now()

  async function sendAndFetch(taken: () => void): Promise<void> {
    const failed = new Set<number>()
    let failure: Error | undefined
    for (;;) {
      taken()
      const entry = nextOf(await database.getAll('outbox'), failed)
      if (!entry) break
      const abort = new AbortController()
      sending = { key: entry.key, abort }
      let delivery: Delivery
      try {
        delivery = await deliver(docket, entry, abort.signal)
      } catch (error) {
        if (abort.signal.aborted) continue
        throw error
      } finally {
        sending = undefined
      }
      if ('left' in delivery) await settle(database, entry, delivery.left)
      else {
        // Is it the server that does not work? Else it is this entry, for which the others need not
        // wait.
        if ('failure' in delivery) await fetchChanges()
        await putBack(
          database,
          entry,
          delivery.entry,
          'refused' in delivery ? delivery.refused : undefined,
        )
        if ('failure' in delivery) {
          failed.add(entry.id as number)
          failure = delivery.failure
        }
      }
      await changed()
    }
    await fetchChanges()
    if (failure) throw failure
  }

  async function fetchChanges(): Promise<void> {
    const done = (await database.getAll('outbox'))
      .filter(({ state }) => state === 'done')
      .map(({ id }) => id as number)
    let asked = await database.get('cursor', 'cursor')
    // A tab that was closed could not tell what it had kept.
    if (asked !== known) await read()
    try {
      for await (const page of docket.changes(asked)) {
        // What is done here is let go of with the page that is sure to have it.
        if (!(await keep(page, asked, page.has_more ? [] : done))) return await fetchChanges()
        asked = page.cursor
      }
    } catch (error) {
      if (!isProblem(error, 'changes_gone')) throw error
      await forgetTasks()
      await fetchChanges()
    }
  }

  /** False where the tasks are no longer those that the page follows. */
  async function keep(
    { items, cursor, has_more }: TaskChanges,
    asked: string | undefined,
    done: number[],
  ): Promise<boolean> {
    const transaction = database.transaction(['tasks', 'cursor', 'outbox'], 'readwrite')
    const cursors = transaction.objectStore('cursor')
    if ((await cursors.get('cursor')) !== asked) return false
    const tasks = transaction.objectStore('tasks')
    for (const { task_id, task } of items) void (task ? tasks.put(task) : tasks.delete(task_id))
    for (const id of done) void transaction.objectStore('outbox').delete(id)
    void cursors.put(cursor, 'cursor')
    await transaction.done
    const isNews = items.length > 0 || done.length > 0 || isLoading
    take(items)
    known = cursor
    if (!isNews) return true
    outbox = outbox.filter(({ id }) => !done.includes(id as number))
    isLoading = has_more
    show()
    tell({ items, cursor, isLoading })
    return true
  }

  async function forgetTasks(): Promise<void> {
    const transaction = database.transaction(['tasks', 'cursor'], 'readwrite')
    await Promise.all([
      transaction.objectStore('tasks').clear(),
      transaction.objectStore('cursor').clear(),
      transaction.done,
    ])
    tell('everything')
    if (!isClosed) await read()
  }

  function close(): void {
    isClosed = true
    timing.stop()
    channel.close()
    database.close()
  }
  function lose(): void {
    close()
    trouble = new Error("your browser cleared Docket's data; reload to continue")
    show()
  }

  const tellDraft = (key: string, draft: Draft | undefined) => tell({ key, draft })
  const opening = Promise.all([
    openDrafts(database, tellDraft, notify, (error) => {
      trouble = error
      show()
    }),
    read(),
  ])
  const [drafts] = await opening
  const halfTyped = new Set(drafts.found)

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    async perform(steps, about) {
      if (isClosed) throw new Error('The page is closed')
      const at = new Date().toISOString()
      const back: Step[] = []
      const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
      const left = leftBy(await transaction.store.getAll())
      const tasks: Tasks = new Map(snapshot.tasks)
      const operations = steps.map(({ operation, over }) => {
        const isUpdate = operation.action === 'update'
        const inverse =
          isUpdate && over ? { ...operation, changes: over } : inverseOf(tasks, operation)
        back.push({ operation: inverse, ...(isUpdate ? { over: operation.changes } : {}) })
        if (!isUpdate) {
          apply(tasks, operation, { at, userId })
          return operation
        }
        const before = (inverse as typeof operation).changes
        const shown = tasks.get(operation.task_id)
        const done = left.get(operation.task_id)
        // The version that has what was decided over; not one that is there already and that no
        // person here has seen.
        const version = holds(shown, before)
          ? (done && holds(done, before) ? done : shown)?.etag
          : undefined
        apply(tasks, operation, { at, userId })
        return { ...operation, if_match: version || NEVER }
      })
      const inverse = back.map(({ operation }) => operation)
      await transaction.store.add({
        key: crypto.randomUUID(),
        at,
        about,
        operations,
        inverse,
        state: 'waiting',
      })
      await transaction.done
      await changed()
      soon()
      return back.toReversed()
    },
    async resolve(entry, choice) {
      await resolve(database, entry, choice)
      await changed()
      soon()
    },
    async retry({ why: _, failures: __, isBlocked: ___, ...entry }) {
      await database.put('outbox', { ...entry, state: 'waiting' })
      await changed()
      soon()
    },
    async discard(entry) {
      await discard(database, entry)
      await changed()
      soon()
    },
    draft: drafts.get,
    setDraft: (key, draft) => isClosed || drafts.set(key, draft),
    halfTyped,
    leaveHalfTyped(key) {
      if (isClosed || !drafts.get(key)) return
      halfTyped.add(key)
      notify()
    },
    unsent: () => outbox.filter(({ state }) => state !== 'done').length + drafts.count(),
    synchronise: timing.now,
    async forget() {
      // From here on nothing is done any more: what the page lets go of while it closes stays as it
      // was typed.
      isClosed = true
      await forgetTasks().finally(close)
    },
    async erase() {
      close()
      await deleteDatabase(userId)
    },
    close,
  }
}
