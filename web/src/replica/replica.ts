import { type DocketClient, isProblem, NoAnswerError, type Task, type TaskChange, type TaskChanges, type TaskOperation, type TaskUpdate } from '@docket/sdk'
import { type Database, type Draft, deleteDatabase, type Entry, openDatabase } from './database.ts'
import { deliver } from './deliver.ts'
import { apply, inverseOf, isSame, type Tasks } from './operations.ts'
import { discard, nextOf, putOrDelete, resolve, settle, versionsLeft } from './outbox.ts'

export interface Snapshot {
  /** The tasks as the person sees them: those of the server, with what is on its way to it. */
  tasks: Tasks
  outbox: Entry[]
  /** Nothing has come from the server yet. */
  isLoading: boolean
  /** Why the server cannot be reached, or does not take what is on its way; undefined while it does. */
  trouble: Error | undefined
}

export interface Replica {
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot
  /**
   * Does something: it is kept on this device before anything shows it, and goes to the server when it can, once.
   *
   * @param about what it is about, for whoever reads that it failed
   * @param base what an update was typed over, where that is not what is there now
   * @returns what takes it back
   */
  perform(operations: TaskOperation[], about: string, base?: { etag: string | undefined; was: TaskUpdate }): Promise<TaskOperation[]>
  resolve(entry: Entry, choice: 'mine' | 'theirs'): Promise<void>
  /** Tries what was refused once more. */
  retry(entry: Entry): Promise<void>
  discard(entry: Entry): Promise<void>
  draft(key: string): Draft | undefined
  setDraft(key: string, draft: Draft | undefined): void
  /** Sends and fetches now. Ends when that has succeeded or failed. */
  synchronise(): Promise<void>
  /** Keeps only what has not reached the server. */
  forgetTasks(): Promise<void>
  erase(): Promise<void>
  close(): void
}

/** Milliseconds: between two looks for what other devices did, and the first and the longest wait after a failure. */
const [LOOK, FIRST_WAIT, LONGEST_WAIT] = [30_000, 1_000, 60_000]

/**
 * The tasks of a person on this device. Everything is shown from it, so that a change shows at once and nothing needs the network; the change feed keeps
 * it as the server is. One tab at a time talks to the server, the others hear what it heard.
 */
export async function openReplica(userId: string, docket: DocketClient): Promise<Replica> {
  const name = `docket-${userId}`
  const database = await openDatabase(userId)
  const [kept, keys, texts] = await Promise.all([database.getAll('tasks'), database.getAllKeys('drafts'), database.getAll('drafts')])
  const server: Tasks = new Map(kept.map((task) => [task.id, task]))
  const drafts = new Map(keys.map((key, index) => [key, texts[index] as Draft]))
  let outbox = await database.getAll('outbox')
  let isLoading = (await database.getKey('cursor', 'cursor')) === undefined
  let trouble: Error | undefined
  let isClosed = false

  const listeners = new Set<() => void>()
  let snapshot = shown()
  function shown(): Snapshot {
    const tasks: Tasks = new Map(server)
    for (const { state, operations, at } of outbox) if (state !== 'refused') for (const operation of operations) apply(tasks, operation, { at, userId })
    return { tasks, outbox, isLoading, trouble }
  }
  const show = () => {
    snapshot = shown()
    for (const listener of listeners) listener()
  }

  const channel = new BroadcastChannel(name)
  const tell = (items: TaskChange[] | 'everything') => channel.postMessage(items)
  const take = (items: TaskChange[]) => {
    for (const { task_id, task } of items) {
      if (task) server.set(task_id, task)
      else server.delete(task_id)
    }
  }
  channel.onmessage = async ({ data: items }: MessageEvent<TaskChange[] | 'everything'>) => {
    if (isClosed) return
    if (items === 'everything') {
      server.clear()
      take((await database.getAll('tasks')).map((task) => ({ task_id: task.id, task })))
    } else take(items)
    isLoading &&= items.length === 0
    await reread()
  }
  const reread = async () => {
    outbox = await database.getAll('outbox')
    show()
  }
  const changed = async () => {
    await reread()
    tell([])
  }

  let isRunning = false
  let isAsked = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  async function synchronise(): Promise<void> {
    isAsked = true
    if (isRunning || isClosed) return
    isRunning = true
    clearTimeout(timer)
    try {
      while (isAsked && !isClosed) await navigator.locks.request(name, sendAndFetch)
      failures = 0
      fare(undefined)
    } catch (error) {
      // What was under way when the replica was closed fails, and matters to nobody.
      if (!isClosed) fail(error as Error)
    } finally {
      isRunning = false
      if (!isClosed) timer = setTimeout(look, failures > 0 ? Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT) : LOOK)
    }
  }
  const look = () => {
    if (document.visibilityState === 'visible' || snapshot.outbox.length > 0) void synchronise()
  }
  const fare = (how: Error | undefined) => {
    if (trouble?.message === how?.message) return
    trouble = how
    show()
  }
  const fail = (error: Error) => {
    failures += 1
    fare(error)
  }

  async function sendAndFetch(): Promise<void> {
    if (!navigator.onLine) throw new NoAnswerError(new TypeError('The device is offline'))
    for (;;) {
      isAsked = false
      const entry = nextOf(await database.getAll('outbox'))
      if (!entry) break
      const delivery = await deliver(docket, entry)
      if ('left' in delivery) await settle(database, entry, delivery.left)
      else await putOrDelete(outboxOf(database), delivery.entry)
      await changed()
    }
    await fetchChanges()
  }

  async function fetchChanges(): Promise<void> {
    const done = (await database.getAll('outbox')).filter(({ state }) => state === 'done').map(({ id }) => id as number)
    try {
      // What is done here is let go of with the page that is sure to have it.
      for await (const page of docket.changes(await database.get('cursor', 'cursor'))) await keep(page, page.has_more ? [] : done)
    } catch (error) {
      if (!isProblem(error, 'changes_gone')) throw error
      await forgetTasks()
      await fetchChanges()
    }
  }

  async function keep({ items, cursor, has_more }: TaskChanges, done: number[]): Promise<void> {
    const transaction = database.transaction(['tasks', 'cursor', 'outbox'], 'readwrite')
    const tasks = transaction.objectStore('tasks')
    for (const { task_id, task } of items) void (task ? tasks.put(task) : tasks.delete(task_id))
    for (const id of done) void transaction.objectStore('outbox').delete(id)
    void transaction.objectStore('cursor').put(cursor, 'cursor')
    await transaction.done
    if (items.length === 0 && done.length === 0 && !isLoading) return
    take(items)
    outbox = outbox.filter(({ id }) => !done.includes(id as number))
    isLoading &&= has_more
    show()
    tell(items)
  }

  async function forgetTasks(): Promise<void> {
    const transaction = database.transaction(['tasks', 'cursor'], 'readwrite')
    await Promise.all([transaction.objectStore('tasks').clear(), transaction.objectStore('cursor').clear(), transaction.done])
    server.clear()
    tell('everything')
    show()
  }

  const soon = () => void synchronise()
  const visible = () => document.visibilityState === 'visible' && soon()
  window.addEventListener('online', soon)
  window.addEventListener('offline', soon)
  document.addEventListener('visibilitychange', visible)

  function close(): void {
    isClosed = true
    clearTimeout(timer)
    window.removeEventListener('online', soon)
    window.removeEventListener('offline', soon)
    document.removeEventListener('visibilitychange', visible)
    channel.close()
    database.close()
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    async perform(wanted, about, base) {
      const at = new Date().toISOString()
      const tasks: Tasks = new Map(snapshot.tasks)
      const inverse: TaskOperation[] = []
      const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
      const versions = versionsLeft(await transaction.store.getAll())
      const operations = wanted.map((operation) => {
        inverse.push(base && operation.action === 'update' ? { ...operation, changes: base.was } : inverseOf(tasks, operation))
        apply(tasks, operation, { at, userId })
        if (operation.action !== 'update') return operation
        const there = server.get(operation.task_id)
        // What was typed over is still there: whatever else has changed since is no conflict.
        const isStill = !base || Object.entries(base.was).every(([member, value]) => isSame(there?.[member as keyof TaskUpdate & keyof Task], value))
        const version = isStill ? (versions.get(operation.task_id) ?? there?.etag) : base.etag
        return version ? { ...operation, if_match: version } : operation
      })
      await transaction.store.add({ key: crypto.randomUUID(), at, about, operations, inverse, state: 'waiting' })
      await transaction.done
      await changed()
      soon()
      return inverse.toReversed()
    },
    async resolve(entry, choice) {
      await resolve(database, entry, choice)
      await changed()
      soon()
    },
    async retry({ why: _, ...entry }) {
      await database.put('outbox', { ...entry, state: 'waiting' })
      await changed()
      soon()
    },
    async discard(entry) {
      await discard(database, entry)
      await changed()
    },
    draft: (key) => drafts.get(key),
    setDraft(key, draft) {
      if (draft) drafts.set(key, draft)
      else drafts.delete(key)
      void (draft ? database.put('drafts', draft, key) : database.delete('drafts', key))
    },
    synchronise,
    forgetTasks,
    async erase() {
      close()
      await deleteDatabase(userId)
    },
    close,
  }
}

const outboxOf = (database: Database) => database.transaction('outbox', 'readwrite').store
