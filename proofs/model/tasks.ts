import { expect } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import type { Person } from '../../server/testing/person.ts'
import { NO_TASK } from '../requests/example-request.ts'
import {
  type Command,
  command,
  ifMatch,
  matches,
  sendWrite,
  taskAt,
  type User,
  type WhichVersion,
  type World,
} from './commands.ts'
import { type Account, differs, isTrashed, positioned, reachable } from './model.ts'
import { step } from './series.ts'
import { type Kind, type TreeWrite, treeWrite } from './trees.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

/** A write of one task as both sides take it: what to send, and what the model becomes. */
export interface Write {
  name: string
  method: 'PATCH' | 'POST' | 'DELETE'
  path: string
  json?: (world: World, user: User) => unknown
  /** The members it leaves, or `refused` for what the body asks for. */
  after: (task: Task, account: Account, json: unknown) => Partial<Task> | 'refused'
  /** What it does to the tasks below; absent: they keep their own members. */
  kind?: Kind
}

export function change(
  user: User,
  index: number,
  which: WhichVersion,
  { name, method, path, json: make, after, kind = 'fields' }: Write,
  keyed: boolean,
  ofOther = false,
): Command {
  return command(
    `${name}(${user}, ${index}, ${which}${keyed ? ', keyed' : ''}${
      ofOther ? ', of the other' : ''
    })`,
    async (world) => {
      const { account, person } = world[user]
      // Now and then another user's task under one's own path: to its caller it is not there.
      const id =
        (ofOther ? world[1 - user]?.account.tasks[0] : taskAt(world[user], index))?.id ?? NO_TASK
      const target = (kind === 'restore' ? account.tasks : reachable(account)).find(
        (task) => task.id === id,
      )
      const json = make?.(world, user)
      const init = {
        method,
        headers: ifMatch(which, target?.etag ?? '"1"'),
        ...(json === undefined ? {} : { json }),
      }
      const { status, headers, body } = await sendWrite(
        world[user],
        `${person.tasks}/${id}${path}`,
        init,
        keyed,
      )
      if (!target) return expect(status).toBe(404)
      if (!matches(which)) return expect([status, headers.get('etag')]).toEqual([412, target.etag])
      const before = { ...target }
      const next = after(target, account, json)
      if (next === 'refused') return expect(status).toBe(422)
      const isOther = differs(target, next)
      const written = treeWrite(account, target, next, kind)
      const isChange = isOther || written.length > 1
      expect(status).toBe(kind === 'trash' ? 204 : 200)
      if (isChange) {
        const now = kind === 'trash' ? await trashedNow(person, id) : body
        expect(now.updated_at >= target.updated_at).toBe(true)
        apply(account, written, kind, target, now)
      }
      if ('position' in next) Object.assign(target, { position: body.position })
      else account.order = positioned(account)
      if (kind === 'trash') return
      await step(world[user], before, target)
      expect(body).toEqual(target)
      expect(headers.get('etag')).toBe(target.etag)
      expect(body.completed).toBe(body.completed_at !== null)
    },
  )
}

/** A task that has gone to the trash. */
async function trashedNow(person: Person, id: string): Promise<Task> {
  const { body } = await person.send<Schemas['TaskPage']>(`${person.tasks}?trashed=true&limit=200`)
  return body.items.find((task) => task.id === id) as Task
}

/** Each with the next version. Only the times are the server's to choose, and only now. */
export function apply(
  account: Account,
  written: TreeWrite,
  kind: Kind,
  target: Task,
  { updated_at, completed_at }: Task,
): void {
  // One that was completed before keeps its time, which those below it do not get.
  const doneAt = target.completed ? updated_at : (completed_at ?? updated_at)
  for (const [task, members] of written) {
    account.version += 1
    const wasCompleted = task.completed
    const wasTrashed = isTrashed(task)
    Object.assign(task, members, { updated_at, etag: `"${account.version}"` })
    if (task.completed !== wasCompleted)
      Object.assign(task, { completed_at: task.completed ? doneAt : null })
    if (kind === 'trash' && isTrashed(task) && !wasTrashed) {
      Object.assign(task, { trashed_at: updated_at })
      if (task === target) account.trashedWith.delete(task.id)
      else account.trashedWith.set(task.id, target.id)
    }
    if (wasTrashed && !isTrashed(task)) account.trashedWith.delete(task.id)
  }
}
