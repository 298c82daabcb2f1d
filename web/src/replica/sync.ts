import { type Changes, type DocketClient, isProblem } from '@docket/sdk'
import { type Database, type Entry, KINDS, type Stored } from './database.ts'
import { type Delivery, deliver } from './deliver.ts'
import { nextOf, putBack, settle } from './outbox.ts'
import type { Store } from './store.ts'

/** The store of a kind. */
interface Kept {
  put(value: Stored): Promise<unknown>
  delete(id: string): Promise<unknown>
}

interface Around {
  database: Database
  docket: DocketClient
  store: Store
  /** Another page of the feed is kept: tells the other tabs. */
  onChanges: (page: Pick<Changes, 'items' | 'cursor'> & { isLoading: boolean }) => void
  /** The outbox has changed. */
  onOutbox: () => Promise<void>
  /** The tasks have to be read from the beginning. */
  forgetTasks: () => Promise<void>
}

export interface Sync {
  /**
   * Sends what is in the outbox, then fetches what is new.
   *
   * @param onStart called before each look at the outbox
   * @throws what kept the server from taking an entry
   */
  run(onStart: () => void): Promise<void>
  /** Ends the delivery of an entry that is not in the outbox any more. */
  abortUnless(outbox: Entry[]): void
}

/** Between this device and the server; one tab at a time may run it. */
export function openSync(around: Around): Sync {
  const { database, docket, onOutbox } = around
  let sending: { key: string; abort: AbortController } | undefined

  /** Undefined where the entry was discarded meanwhile. */
  async function send(entry: Entry): Promise<Delivery | undefined> {
    const abort = new AbortController()
    sending = { key: entry.key, abort }
    try {
      return await deliver(docket, entry, abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return undefined
      throw error
    } finally {
      sending = undefined
    }
  }

  return {
    async run(onStart) {
      const failed = new Set<number>()
      let failure: Error | undefined
      for (;;) {
        onStart()
        const entry = nextOf(await database.getAll('outbox'), failed)
        if (!entry) break
        const delivery = await send(entry)
        if (!delivery) continue
        if ('left' in delivery) await settle(database, entry, delivery.left)
        else {
          // If the server is down, this throws and ends the run. Otherwise only this entry fails,
          // and the others do not have to wait for it.
          if ('failure' in delivery) await fetchChanges(around)
          const refused = 'refused' in delivery ? delivery.refused : undefined
          await putBack(database, entry, delivery.entry, refused)
          if ('failure' in delivery) {
            failed.add(entry.id)
            failure = delivery.failure
          }
        }
        await onOutbox()
      }
      await fetchChanges(around)
      if (failure) throw failure
    },
    abortUnless(outbox) {
      if (sending && !outbox.some(({ key }) => key === sending?.key)) sending.abort.abort()
    },
  }
}

async function fetchChanges(around: Around): Promise<void> {
  const { database, docket, store, forgetTasks } = around
  const done = (await database.getAll('outbox'))
    .filter(({ state }) => state === 'done')
    .map(({ id }) => id)
  let asked = await database.get('cursor', 'cursor')
  // A tab that was closed could not tell the other tabs what it had stored.
  if (asked !== store.cursor()) await store.read()
  try {
    for await (const page of docket.changes(asked)) {
      // Sent entries leave the outbox with the page that is certain to contain their changes.
      if (!(await keep(around, page, asked, page.has_more ? [] : done)))
        return await fetchChanges(around)
      asked = page.cursor
    }
  } catch (error) {
    if (!isProblem(error, 'changes_gone')) throw error
    await forgetTasks()
    await fetchChanges(around)
  }
}

/** False where the tasks are no longer those that the page follows. */
async function keep(
  { database, store, onChanges }: Around,
  { items, cursor, has_more: isLoading }: Changes,
  asked: string | undefined,
  done: number[],
): Promise<boolean> {
  const transaction = database.transaction([...KINDS, 'cursor', 'outbox'], 'readwrite')
  const cursors = transaction.objectStore('cursor')
  if ((await cursors.get('cursor')) !== asked) return false
  for (const { type, id, value } of items) {
    const kind: Kept = transaction.objectStore(`${type}s`)
    void (value ? kind.put(value) : kind.delete(id))
  }
  for (const id of done) void transaction.objectStore('outbox').delete(id)
  void cursors.put(cursor, 'cursor')
  await transaction.done
  const isNews = items.length > 0 || done.length > 0 || store.getSnapshot().isLoading
  if (!isNews) {
    store.take([], { cursor })
    return true
  }
  store.take(items, { cursor, isLoading, done })
  onChanges({ items, cursor, isLoading })
  return true
}
