import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { fold } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Person, Reply } from '../../server/testing/person.ts'
import { NO_TASK } from '../requests/example-request.ts'
import {
  type Command,
  command,
  listIdAt,
  liveAt,
  type Side,
  today,
  type User,
  type Where,
} from './commands.ts'
import { counted, isTrashed, listed, type Query, reachable } from './model.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

export function repeat(user: User, index: number, isSame: boolean): Command {
  return command(
    `repeat(${user}, ${index}${isSame ? '' : ', with another body'})`,
    async (world) => {
      const { kept } = world[user]
      const { takesTitle, again, first } = kept[index % Math.max(kept.length, 1)] ?? {}
      if (!again || !first || (!isSame && !takesTitle)) return
      const { status, headers, body } = await again(isSame ? undefined : { title: randomUUID() })
      if (!isSame)
        return expect([status, (body as unknown as Schemas['Problem']).code]).toEqual([
          422,
          'idempotency_key_reused',
        ])
      expect([status, body]).toEqual([first.status, first.body])
      for (const name of ['etag', 'location'])
        expect(headers.get(name)).toBe(first.headers.get(name))
      expect([
        first.headers.get('idempotency-replayed'),
        headers.get('idempotency-replayed'),
      ]).toEqual([null, 'true'])
    },
  )
}

export function read(
  user: User,
  index: number,
  asked: Query,
  limit: number,
  where: Where | 'inbox',
): Command {
  return command(
    `read(${user}, ${index}, ${JSON.stringify(asked)}, ${limit}, ${where})`,
    async (world) => {
      const { account, person } = world[user]
      const list_id = where === 'inbox' ? where : listIdAt(world, user, where)
      const query = list_id === undefined ? asked : { ...asked, list_id }
      const target = liveAt(world[user], index)
      const one = await person.send<Task>(`${person.tasks}/${target?.id ?? NO_TASK}`)
      if (target) expect(one).toMatchObject({ status: 200, body: target })
      else expect(one.status).toBe(404)
      if (target)
        expect(
          (
            await person.send(`${person.tasks}/${target.id}`, {
              headers: { 'if-none-match': target.etag },
            })
          ).status,
        ).toBe(304)
      const date = today()
      const expected = listed(account.tasks, query, date)
      const seen = await walk(person, query, limit, expected.length).catch((error) => {
        // The day may have turned meanwhile.
        if (date === today()) throw error
        return expected
      })
      expect(seen).toEqual(expected)
      expect(listed(account.tasks, { sort: 'position' }, today()).map(({ id }) => id)).toEqual(
        account.order,
      )
      const counts = await person.send<Schemas['TaskCounts']>(`/api/${person.id}/task-counts`)
      const { labels, labels_are_complete, lists, lists_are_complete, ...numbers } = counts.body
      expect({
        ...numbers,
        lists: new Map(lists.map(({ list_id, open }) => [list_id, open])),
        labels: new Map(labels.map(({ label, open }) => [fold(label), open])),
      }).toEqual(counted(account, today()))
      expect(labels.map(({ open }) => open)).toEqual(
        labels.map(({ open }) => open).sort((a, b) => b - a),
      )
      expect([labels_are_complete, lists_are_complete]).toEqual([true, true])
      await follow(world[user], limit)
      expect([...world[user].copy.values()].sort(byId)).toEqual(
        [...account.tasks, ...account.lists, ...account.labels].sort(byId),
      )
    },
  )
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

/** Reads on in the change feed, from wherever the copy stands. */
async function follow(side: Side, limit: number): Promise<void> {
  let has_more = true
  while (has_more) {
    const since = side.cursor === undefined ? '' : `&since=${side.cursor}`
    const { status, body } = await side.person.send<Schemas['Changes']>(
      `/api/${side.person.id}/changes?limit=${limit}${since}`,
    )
    expect(status).toBe(200)
    for (const { id, value } of body.items) {
      side.seen.add(id)
      if (value) side.copy.set(id, value)
      else side.copy.delete(id)
    }
    // A copy never holds a task whose list or parent it has not seen.
    for (const value of side.copy.values())
      if ('list_id' in value)
        for (const id of [value.list_id, value.parent_id])
          if (id !== null) expect(side.seen.has(id)).toBe(true)
    side.cursor = body.cursor
    has_more = body.has_more
  }
}

export function empty(user: User): Command {
  return command(`empty(${user})`, async (world) => {
    const { account, person } = world[user]
    const live = reachable(account)
    const { body } = await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
    const lists = account.lists.filter((list) => !isTrashed(list))
    const purged = account.tasks.length - live.length + account.lists.length - lists.length
    expect(body).toEqual({ purged, is_empty: true })
    account.version += purged
    account.tasks = live
    account.lists = lists
    account.trashedWith.clear()
  })
}

/** All pages of a list, with every page as full as it may be, and no news to who has it. */
async function walk(person: Person, query: Query, limit: number, total: number): Promise<Task[]> {
  const seen: Task[] = []
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )
  let cursor: string | null = null
  do {
    const page = new URLSearchParams([...pairs, ['limit', String(limit)]])
    if (cursor) page.append('cursor', cursor)
    const path = `${person.tasks}?${page}`
    const { status, headers, body }: Reply<Schemas['TaskPage']> = await person.send(path)
    expect([status, body.total, body.total_is_exact]).toEqual([200, total, true])
    expect(body.items.length).toBe(Math.min(limit, total - seen.length))
    // The minute may turn between the two where the list depends on it.
    if (query.due !== 'overdue')
      expect(
        (await person.send(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } }))
          .status,
      ).toBe(304)
    seen.push(...body.items)
    cursor = body.next_cursor
  } while (cursor !== null)
  return seen
}
