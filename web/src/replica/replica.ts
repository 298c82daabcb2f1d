import type { Change, DocketClient } from '@docket/sdk'
import { type Draft, deleteDatabase, type Entry, KINDS, openDatabase } from './database.ts'
import { openDrafts } from './drafts.ts'
import { loadSeries } from './operations/series.ts'
import { discard, inInbox, resolve } from './outbox.ts'
import { perform, type Step } from './perform.ts'
import { schedule } from './schedule.ts'
import { openStore, type Store } from './store.ts'
import { openSync } from './sync.ts'

export type { Step } from './perform.ts'
export type { Snapshot } from './store.ts'

export interface Replica extends Pick<Store, 'subscribe' | 'getSnapshot'> {
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
  /** Tries it once more, with its tasks in the Inbox: their list is not there any more. */
  retryInInbox(entry: Entry): Promise<void>
  discard(entry: Entry): Promise<void>
  /** A text that is being typed; the same in every tab. */
  draft(key: string): Draft | undefined
  setDraft(key: string, draft: Draft | undefined): void
  /** The keys of the texts that were left half typed, by this page or by the one before. */
  unsavedDrafts: ReadonlySet<string>
  /** A field was left whose text could not become a change of the task. */
  keepUnsaved(key: string): void
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
 * again. With each message the outbox may have changed.
 */
type Message =
  | { items: Change[]; cursor?: string; isLoading?: boolean }
  | { key: string; draft: Draft | undefined }
  | 'everything'

/**
 * The tasks of a user on this device. The page shows only these, so a change is visible at once and
 * needs no network. The change feed keeps them in sync with the server. One tab at a time talks to
 * the server and tells the others the result.
 */
export async function openReplica(userId: string, docket: DocketClient): Promise<Replica> {
  const name = `docket-${userId}`
  const database = await openDatabase(userId, close, lose)
  const store = openStore(database, userId)
  let isClosed = false

  const channel = new BroadcastChannel(name)
  const broadcast = (message: Message) => channel.postMessage(message)
  // From before the first look into the database, so that nothing falls between the two.
  channel.onmessage = async ({ data }: MessageEvent<Message>) => {
    const [drafts] = await opening
    if (isClosed) return
    if (data === 'everything') await store.read()
    else if ('key' in data) drafts.applyRemote(data.key, data.draft)
    else {
      const { items, ...about } = data
      store.take(items, about)
      await readOutbox()
    }
  }

  async function readOutbox(): Promise<void> {
    await store.readOutbox()
    // It was discarded here or in another tab.
    sync.abortUnless(store.getSnapshot().outbox)
  }
  async function onOutbox(): Promise<void> {
    await readOutbox()
    broadcast({ items: [] })
  }
  async function forgetTasks(): Promise<void> {
    const stores = [...KINDS, 'cursor'] as const
    const transaction = database.transaction(stores, 'readwrite')
    await Promise.all([
      ...stores.map((name) => transaction.objectStore(name).clear()),
      transaction.done,
    ])
    broadcast('everything')
    if (!isClosed) await store.read()
  }
  const sync = openSync({ database, docket, store, onChanges: broadcast, onOutbox, forgetTasks })
  const timing = schedule({
    // One tab at a time.
    run: async (onStart) => void (await navigator.locks.request(name, () => sync.run(onStart))),
    onResult: store.setTrouble,
    isWaiting: () => store.getSnapshot().outbox.length > 0,
  })

  function close(): void {
    isClosed = true
    timing.stop()
    channel.close()
    database.close()
  }
  function lose(): void {
    close()
    store.setTrouble(new Error("your browser cleared Docket's data; reload to continue"))
  }
  /** The outbox has another entry, or one that may go now. */
  async function send(): Promise<void> {
    await onOutbox()
    void timing.now()
  }

  const broadcastDraft = (key: string, draft: Draft | undefined) => broadcast({ key, draft })
  const opening = Promise.all([
    openDrafts(database, broadcastDraft, store.notify, store.setTrouble),
    store.read(),
  ])
  const [drafts] = await opening
  // So that it is there without the network, and shows what was completed before the page was left.
  if ([...store.getSnapshot().tasks.values()].some(({ recurrence }) => recurrence))
    void loadSeries().then(() => (isClosed ? undefined : readOutbox()))
  const unsavedDrafts = new Set(drafts.found)

  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    async perform(steps, about) {
      if (isClosed) throw new Error('The page is closed')
      const shown = store.getSnapshot
      const back = await perform(database, userId, shown, steps, about)
      await send()
      return back
    },
    async resolve(entry, choice) {
      await resolve(database, entry, choice)
      await send()
    },
    async retry({ why: _, failures: __, isBlocked: ___, ...entry }) {
      await database.put('outbox', { ...entry, state: 'waiting' })
      await send()
    },
    async retryInInbox({ why: _, failures: __, isBlocked: ___, ...entry }) {
      const operations = entry.operations.map(inInbox)
      const key = crypto.randomUUID()
      await database.put('outbox', { ...entry, operations, key, state: 'waiting' })
      await send()
    },
    async discard(entry) {
      await discard(database, entry)
      await send()
    },
    draft: drafts.get,
    setDraft: (key, draft) => isClosed || drafts.set(key, draft),
    unsavedDrafts,
    keepUnsaved(key) {
      if (isClosed || !drafts.get(key)) return
      unsavedDrafts.add(key)
      store.notify()
    },
    unsent: () =>
      store.getSnapshot().outbox.filter(({ state }) => state !== 'done').length + drafts.count(),
    synchronise: timing.now,
    async forget() {
      // From here on nothing is changed any more. Fields that lose the focus while the page closes
      // keep their drafts.
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
