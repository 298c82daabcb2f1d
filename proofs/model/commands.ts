import { randomUUID } from 'node:crypto'
import type fc from 'fast-check'
import { expect } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import type { Person, Reply } from '../../server/testing/person.ts'
import { NO_TASK } from '../requests/example-request.ts'
import { type Account, isTrashed, listed, reachable } from './model.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']

/** A write that was done under a key, and how it was answered. */
interface Kept {
  /** Whether the operation takes a title, and so another body. */
  takesTitle: boolean
  again: (json?: unknown) => Promise<Reply<Task & List>>
  first: Reply<Task & List>
}
export interface Side {
  account: Account
  person: Person
  kept: Kept[]
  /** What the change feed has told so far, by id, and where it stands. */
  copy: Map<string, NonNullable<Schemas['Change']['value']>>
  seen: Set<string>
  cursor?: string
}
export type World = [Side, Side]
export type User = 0 | 1
export type Command = fc.AsyncCommand<World, object>

export const command = (name: string, run: (world: World) => Promise<void>): Command => ({
  check: () => true,
  toString: () => name,
  async run(world: World) {
    await run(world)
    for (const { person, account } of world) {
      const { body } = await person.send<Schemas['TaskPage']>(`${person.tasks}?limit=200`)
      expect(body.items).toEqual(listed(account.tasks, {}, today()))
    }
  },
})

export const day = (offset: number) =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
export const today = () => day(0)
export const taskAt = ({ account }: Side, index: number) =>
  account.tasks[index % Math.max(account.tasks.length, 1)]
export const liveAt = ({ account }: Side, index: number) =>
  reachable(account)[index % Math.max(reachable(account).length, 1)]

/** Sends a write, under a new key where it is `keyed`. */
export async function sendWrite(
  side: Side,
  path: string,
  init: RequestInit & { json?: unknown },
  keyed: boolean,
): Promise<Reply<Task & List>> {
  const key = randomUUID()
  const headers = { ...init.headers, ...(keyed ? { 'idempotency-key': key } : {}) }
  const again = (json = init.json) =>
    side.person.send<Task & List>(path, {
      ...init,
      headers,
      ...(json === undefined ? {} : { json }),
    })
  const first = await again()
  if (keyed && first.status < 300)
    side.kept.push({
      takesTitle: init.json !== undefined && /\/tasks(\/[^/]+)?$/.test(path),
      again,
      first,
    })
  return first
}

/** Where a task is put: into one of the lists, one that is not there, or the Inbox. */
export type Where = number | undefined

/** The id of a task of the user, mostly one outside the trash, or of none. */
export function parentIdAt(side: Side, where: Where): string | undefined {
  if (where === undefined) return undefined
  const { tasks } = side.account
  const all = [...reachable(side.account), ...tasks.filter(isTrashed).slice(0, 1), { id: NO_TASK }]
  return all[where % all.length]?.id
}

/** The id of a list of the user, of the other user, or of none; undefined: nothing is said. */
export function listIdAt(world: World, user: User, where: Where): string | undefined {
  if (where === undefined) return undefined
  const { lists } = world[user].account
  const all = [...lists, ...world[(1 - user) as User].account.lists.slice(0, 1), { id: NO_TASK }]
  return all[where % all.length]?.id
}

export type WhichVersion =
  | 'no If-Match'
  | 'the current one'
  | 'any'
  | 'one of several'
  | 'a stale one'
  | 'a weak one'
export const VERSIONS: WhichVersion[] = [
  'no If-Match',
  'the current one',
  'any',
  'one of several',
  'a stale one',
  'a weak one',
]

export function ifMatch(which: WhichVersion, etag: string): Record<string, string> {
  const values = {
    'the current one': etag,
    any: '*',
    'one of several': `"999999", ${etag}`,
    'a stale one': '"999999"',
    'a weak one': `W/${etag}`,
  }
  return which === 'no If-Match' ? {} : { 'if-match': values[which] }
}

export const matches = (which: WhichVersion) => which !== 'a stale one' && which !== 'a weak one'
