import type { Change } from '@docket/sdk'
import { type Database, type Entry, KINDS, type Stored } from './database.ts'
import { apply, type Copy, copied } from './operations/operations.ts'
import { offline } from './schedule.ts'

/** What a person has, as they see it: those of the server, with what is on its way to it. */
export interface Snapshot extends Copy {
  outbox: Entry[]
  /** Not everything has come from the server yet. */
  isLoading: boolean
  /**
   * Why the server cannot be reached, or does not take what is on its way; undefined while it does.
   */
  trouble: Error | undefined
}

export interface Store {
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot
  /** Up to where the tasks here are those that the server had. */
  cursor(): string | undefined
  /** Reads everything anew, as the database has it. */
  read(): Promise<void>
  readOutbox(): Promise<void>
  /**
   * Takes over what has come from the server, here or in another tab.
   *
   * @param about `done`: the entries of the outbox that came with it; without them nothing is shown
   *   until `readOutbox`
   */
  take(items: Change[], about?: { cursor?: string; isLoading?: boolean; done?: number[] }): void
  setTrouble(trouble: Error | undefined): void
  /** Tells the listeners that something else has changed, such as a draft. */
  notify(): void
}

/** What the page shows of the database: the tasks of the server, with the outbox done to them. */
export function openStore(database: Database, userId: string): Store {
  const server: Copy = { tasks: new Map(), lists: new Map(), labels: new Map() }
  let outbox: Entry[] = []
  let known: string | undefined
  let isLoading = true
  let trouble: Error | undefined = navigator.onLine ? undefined : offline()
  let snapshot: Snapshot = { ...server, outbox, isLoading, trouble }
  const listeners = new Set<() => void>()

  function notify(): void {
    for (const listener of listeners) listener()
  }
  function show(): void {
    const copy = copied(server)
    for (const { state, operations, at } of outbox)
      if (state !== 'refused')
        for (const operation of operations) apply(copy, operation, { at, userId })
    snapshot = { ...copy, outbox, isLoading, trouble }
    notify()
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    cursor: () => known,
    async read() {
      const transaction = database.transaction([...KINDS, 'cursor', 'outbox'])
      const [tasks, lists, labels, cursor, entries] = await Promise.all([
        transaction.objectStore('tasks').getAll(),
        transaction.objectStore('lists').getAll(),
        transaction.objectStore('labels').getAll(),
        transaction.objectStore('cursor').get('cursor'),
        transaction.objectStore('outbox').getAll(),
      ])
      server.tasks = new Map(tasks.map((task) => [task.id, task]))
      server.lists = new Map(lists.map((list) => [list.id, list]))
      server.labels = new Map(labels.map((label) => [label.id, label]))
      known = cursor
      outbox = entries
      isLoading = cursor === undefined
      show()
    },
    async readOutbox() {
      outbox = await database.getAll('outbox')
      show()
    },
    take(items, about = {}) {
      for (const { type, id, value } of items) {
        const kind: Map<string, Stored> = server[`${type}s`]
        if (value) kind.set(id, value)
        else kind.delete(id)
      }
      known = about.cursor ?? known
      isLoading = about.isLoading ?? isLoading
      if (!about.done) return
      const done = new Set(about.done)
      outbox = outbox.filter(({ id }) => !done.has(id))
      show()
    },
    setTrouble(found) {
      if (trouble?.message === found?.message) return
      trouble = found
      show()
    },
    notify,
  }
}
