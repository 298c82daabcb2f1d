import type { Change, LabelColor, List, Operation, Task, TaskCreate } from '@docket/sdk'
import {
  type DBSchema,
  deleteDB,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from 'idb'
import { upgradeFrom1, upgradeFrom2, upgradeFrom4 } from './upgrade.ts'

/** What a person did, on its way to the server. */
export interface Entry {
  /** Its place in the order; given by the database. */
  id: number
  /** The `Idempotency-Key`: the same at every try, another one once the operations are others. */
  key: string
  /** When it was done, by the clock of the device. */
  at: string
  /** What it is about, for the message that it failed. */
  about: string
  operations: Operation[]
  /** What takes each of them back. */
  inverse: Operation[]
  /** `done`: the server has it, and the replica will have it with the next changes. */
  state: 'waiting' | 'done' | 'conflict' | 'refused'
  /** How often the server failed over it. */
  failures?: number
  /**
   * Whether something between answers in place of the server when this is sent, and not when other
   * things are.
   */
  isBlocked?: boolean
  /** Of what is done: its tasks as it left them. */
  left?: Task[]
  /** Of a conflict: which operation it is, and the task as another device left it. */
  conflict?: { index: number; theirs: Task }
  /** Why it was refused. */
  why?: string
}

/** A text that is being typed, and what it will replace. */
export interface Draft {
  text: string
  over: string
  /** Of a line that was entered: the task that it is to be. */
  creation?: TaskCreate
}

interface Schema extends DBSchema {
  tasks: { key: string; value: Task }
  lists: { key: string; value: List }
  labels: { key: string; value: LabelColor }
  outbox: { key: number; value: Entry }
  drafts: { key: string; value: Draft }
  /** The cursor of the last page of changes that is in the stores of all kinds. */
  cursor: { key: 'cursor'; value: string }
}
/** The stores of what is in the change feed. */
export const KINDS = ['tasks', 'lists', 'labels'] as const
export type Stored = NonNullable<Change['value']>
export type Database = IDBPDatabase<Schema>
export type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>

/**
 * Adds an entry behind all others. The type of the database has no entry without an id, which only
 * it gives.
 */
export const add = (
  store: { add(entry: Entry): Promise<number> },
  entry: Omit<Entry, 'id'>,
): Promise<number> => store.add(entry as Entry)

const nameOf = (userId: string) => `docket-${userId}`

/**
 * The database of a person on this device. Nothing of one person is ever in that of another.
 *
 * @param onDeleting called when another tab deletes it: a tab that has it open must close it
 * @param onLost called when the browser has taken it away
 */
export function openDatabase(
  userId: string,
  onDeleting: () => void,
  onLost: () => void,
): Promise<Database> {
  return openDB<Schema>(nameOf(userId), 5, {
    async upgrade(database, from, _to, transaction) {
      if (from < 2) database.createObjectStore('lists', { keyPath: 'id' })
      if (from < 4) database.createObjectStore('labels', { keyPath: 'id' })
      if (from === 1) await upgradeFrom1(transaction)
      if (from === 1 || from === 2) await upgradeFrom2(transaction)
      if (from > 0 && from < 5) await upgradeFrom4(transaction)
      if (from > 0) return
      database.createObjectStore('tasks', { keyPath: 'id' })
      database.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true })
      database.createObjectStore('drafts')
      database.createObjectStore('cursor')
    },
    blocking: onDeleting,
    terminated: onLost,
  })
}

export const deleteDatabase = (userId: string) => deleteDB(nameOf(userId))
