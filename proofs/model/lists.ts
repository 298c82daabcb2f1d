import { expect } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { NO_TASK } from '../requests/example-request.ts'
import {
  type Command,
  command,
  ifMatch,
  matches,
  type Side,
  sendWrite,
  type User,
  type WhichVersion,
} from './commands.ts'
import { type Account, differs, isTrashed, moved, positioned } from './model.ts'
import { countSubtasks, highestFirst, lowestFirst } from './trees.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']

const pathOf = ({ person }: Side) => `/api/${person.id}/lists`
const listAt = ({ account }: Side, index: number) =>
  account.lists[index % Math.max(account.lists.length, 1)]
const orderOf = ({ lists }: Account) =>
  lists
    .filter((list) => !isTrashed(list))
    .sort((a, b) => (a.position < b.position ? -1 : 1))
    .map(({ id }) => id)

/** The lists of the server beside those of the model. */
async function compareLists(side: Side): Promise<void> {
  const { account, person } = side
  for (const [query, isIn] of [
    ['', (list: List) => !isTrashed(list) && !list.archived],
    ['archived=true', (list: List) => !isTrashed(list) && list.archived],
    ['trashed=true', isTrashed],
  ] as const) {
    const seen: List[] = []
    let cursor = ''
    do {
      const { body } = await person.send<Schemas['ListPage']>(
        `${pathOf(side)}?limit=2&${query}${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...body.items)
      cursor = body.next_cursor ?? ''
    } while (cursor !== '')
    expect(seen).toEqual(
      account.lists.filter(isIn).sort((a, b) => (a.position < b.position ? -1 : 1)),
    )
  }
}

export function createList(user: User, fields: Schemas['ListCreate'], keyed: boolean): Command {
  return command(`createList(${user}, ${JSON.stringify(fields)})`, async (world) => {
    const side = world[user]
    const { account, person } = side
    const init = { method: 'POST', json: fields }
    const { status, body } = await sendWrite(side, pathOf(side), init, keyed)
    expect(status).toBe(201)
    account.version += 1
    const content = { description: null, color: 'gray', archived: false, ...fields }
    expect(body).toMatchObject({
      ...content,
      user_id: person.id,
      etag: `"${account.version}"`,
      archived_at: content.archived ? expect.any(String) : null,
      trashed_at: null,
    })
    account.lists.push({ ...body })
    expect(orderOf(account).at(-1)).toBe(body.id)
    await compareLists(side)
  })
}

export type ListWrite =
  | { name: 'update'; json: Schemas['ListUpdate'] }
  | { name: 'delete' | 'restore' }
  | { name: 'move'; where: 'top' | 'bottom' | 'before' | 'after'; index: number }

/** A write of one list, and of its tasks with it. */
export function changeList(
  user: User,
  index: number,
  which: WhichVersion,
  write: ListWrite,
  keyed: boolean,
): Command {
  return command(
    `changeList(${user}, ${index}, ${which}, ${JSON.stringify(write)})`,
    async (world) => {
      const side = world[user]
      const { account } = side
      const list = listAt(side, index)
      const isThere = list && (write.name === 'restore' || !isTrashed(list))
      const json =
        write.name === 'update'
          ? write.json
          : write.name === 'move'
            ? placeOf(side, write.where, write.index)
            : undefined
      const [method, end] = REQUESTS[write.name]
      const { status, headers, body } = await sendWrite(
        side,
        `${pathOf(side)}/${list?.id ?? NO_TASK}${end}`,
        {
          method,
          headers: ifMatch(which, isThere ? list.etag : '"1"'),
          ...(json === undefined ? {} : { json }),
        },
        keyed,
      )
      if (!isThere) return expect(status).toBe(404)
      if (!matches(which)) return expect([status, headers.get('etag')]).toEqual([412, list.etag])
      if (write.name === 'delete' || (write.name === 'restore' && isTrashed(list)))
        await withTasks(side, list, write.name)
      else {
        const before = orderOf(account)
        const order =
          write.name === 'move' ? moved(before, list.id, json as Schemas['Place']) : before
        if (!order) return expect(status).toBe(422)
        const isMoved = order.some((id, at) => id !== before[at])
        const isChange = isMoved || (write.name === 'update' && differs(list, write.json))
        if (isChange) account.version += 1
        const { updated_at, archived_at, position } = body
        expect([status, body.etag]).toEqual([200, isChange ? `"${account.version}"` : list.etag])
        if (isChange) {
          Object.assign(list, write.name === 'update' ? write.json : {}, {
            updated_at,
            etag: body.etag,
          })
          if (isMoved) Object.assign(list, { position })
          if (list.archived !== (list.archived_at !== null)) Object.assign(list, { archived_at })
        }
        expect(body).toEqual(list)
        expect(orderOf(account)).toEqual(order)
      }
      await compareLists(side)
    },
  )
}

const REQUESTS = {
  update: ['PATCH', ''],
  delete: ['DELETE', ''],
  restore: ['POST', '/restore'],
  move: ['POST', '/move'],
} as const

function placeOf(side: Side, where: 'top' | 'bottom' | 'before' | 'after', index: number) {
  return where === 'top' || where === 'bottom'
    ? { to: where }
    : { [where]: listAt(side, index)?.id ?? NO_TASK }
}

/** A list goes to the trash with its tasks, or comes back with those that went with it. */
async function withTasks(side: Side, list: List, name: 'delete' | 'restore'): Promise<void> {
  const { account, person } = side
  const isDeleted = name === 'delete'
  const members = account.tasks.filter((task) =>
    isDeleted
      ? task.list_id === list.id && !isTrashed(task)
      : account.trashedWith.get(task.id) === list.id,
  )
  const ordered = (isDeleted ? lowestFirst : highestFirst)(account, members)
  const first = account.version + 1
  account.version += members.length + 1
  const trash = await person.send<Schemas['ListPage']>(`${pathOf(side)}?trashed=true&limit=200`)
  const { body: live } = await person.send<List>(`${pathOf(side)}/${list.id}`)
  const now = isDeleted ? trash.body.items.find(({ id }) => id === list.id) : live
  const updated_at = now?.updated_at ?? ''
  const trashed_at = isDeleted ? updated_at : null
  const etag = `"${isDeleted ? account.version : first}"`
  expect(now).toEqual({ ...list, updated_at, trashed_at, etag })
  Object.assign(list, now)
  for (const [index, task] of ordered.entries()) {
    const version = first + index + (isDeleted ? 0 : 1)
    Object.assign(task, { updated_at, trashed_at, etag: `"${version}"` } satisfies Partial<Task>)
    if (isDeleted) account.trashedWith.set(task.id, list.id)
    else account.trashedWith.delete(task.id)
  }
  for (const task of members) Object.assign(task, { subtasks: countSubtasks(account, task.id) })
  account.order = positioned(account)
}
