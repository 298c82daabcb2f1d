import { afterAll, beforeAll, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import { addList, putInto, putUnder } from '../testing/data/lists.ts'
import { effort } from '../testing/effort.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']
type Change = Schemas['Change']
type Changes = Schemas['Changes']
type Problem = Schemas['Problem']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const changes = (person: Person, since?: string, limit = 200) =>
  person.send<Changes>(
    `/api/${person.id}/changes?limit=${limit}${since === undefined ? '' : `&since=${since}`}`,
  )
const remove = (person: Person, id: string) =>
  person.send(`${person.tasks}/${id}`, { method: 'DELETE' })
const empty = (person: Person) => person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
const clock = (person: Person, change: ReturnType<typeof sql.fragment>) =>
  service.database.rows(
    sql.unsafe`update user_versions set ${change} where user_id = ${person.id}::uuid`,
  )

/** What a client keeps that was away. */
class Copy {
  readonly values = new Map<string, NonNullable<Change['value']>>()
  /** Every id that it ever had. */
  readonly seen = new Set<string>()
  private readonly person: Person
  private cursor: string | undefined
  constructor(person: Person, cursor?: string) {
    this.person = person
    this.cursor = cursor
  }

  /** Applies one page; whether there is more. */
  async page(limit?: number): Promise<boolean> {
    const { status, body } = await changes(this.person, this.cursor, limit)
    if (status !== 200) throw new Error(`listChanges answered ${status}`)
    for (const { id, value } of body.items) {
      this.seen.add(id)
      if (value) this.values.set(id, value)
      else this.values.delete(id)
    }
    for (const value of this.values.values())
      if ('list_id' in value)
        for (const id of [value.list_id, value.parent_id])
          if (id !== null) expect(this.seen.has(id)).toBe(true)
    this.cursor = body.cursor
    return body.has_more
  }

  async catchUp(limit?: number): Promise<NonNullable<Change['value']>[]> {
    while (await this.page(limit));
    return sorted([...this.values.values()])
  }
}

const sorted = <Value extends { id: string }>(values: Value[]) =>
  values.sort((a, b) => (a.id < b.id ? -1 : 1))
async function all(person: Person): Promise<(Task | List)[]> {
  const pages = await Promise.all(
    [
      'tasks?trashed=false',
      'tasks?trashed=true',
      'lists?archived=false',
      'lists?archived=true',
      'lists?trashed=true',
    ].map((query) =>
      person.send<{ items: (Task | List)[] }>(`/api/${person.id}/${query}&limit=200`),
    ),
  )
  return sorted(pages.flatMap(({ body }) => body.items))
}

test('200: every change once, what is new first, with the task as it is now', async () => {
  const ada = await newPerson(service.url)
  const start = (await changes(ada)).body
  expect(start).toEqual({ items: [], cursor: expect.any(String), has_more: false })
  const [a, b, c, d] = [
    await ada.addTask({ title: 'A' }),
    await ada.addTask({ title: 'B' }),
    await ada.addTask({ title: 'C' }),
    await ada.addTask({ title: 'D' }),
  ]
  await ada.send(`${ada.tasks}/${a.id}`, { method: 'PATCH', json: { title: 'A2' } })
  await remove(ada, d.id)
  await empty(ada)
  await remove(ada, b.id)
  const { items, cursor, has_more } = (await changes(ada, start.cursor)).body
  expect(
    items.map(({ id, value }) => [
      id,
      value && [
        'title' in value && value.title,
        'trashed_at' in value && value.trashed_at !== null,
      ],
    ]),
  ).toEqual([
    [a.id, ['A2', false]],
    [b.id, ['B', true]],
    [c.id, ['C', false]],
    [d.id, null],
  ])
  expect([has_more, items[0]?.value]).toEqual([
    false,
    (await ada.send(`${ada.tasks}/${a.id}`)).body,
  ])
  expect((await changes(ada, cursor)).body).toMatchObject({ items: [], has_more: false })
  // A client that has no copy yet does not need tombstones.
  expect((await changes(ada)).body.items).toHaveLength(3)
})

test.each([1, 2, 3])(
  '200: in pages of %i a list comes before its tasks, also when renamed',
  async (limit) => {
    const ada = await newPerson(service.url)
    const start = (await changes(ada)).body.cursor
    const lists = await Promise.all(['A', 'B', 'C'].map((name) => addList(ada, name)))
    for (const list of lists) await ada.addTask({ list_id: list.id })
    const moved = await ada.addTask()
    for (const { id } of lists)
      await ada.send(`/api/${ada.id}/lists/${id}`, { method: 'PATCH', json: { name: 'Renamed' } })
    await putInto(ada, moved, lists[0] ?? null)
    await ada.send(`/api/${ada.id}/lists/${lists[0]?.id}`, { method: 'PATCH', json: { name: 'D' } })
    for (const cursor of [undefined, start]) {
      const copy = new Copy(ada, cursor)
      expect(await copy.catchUp(limit)).toEqual(await all(ada))
    }
  },
)

test.each([1, 2, 3])(
  '200: in pages of %i a task comes before its subtasks, wherever it was moved',
  async (limit) => {
    const ada = await newPerson(service.url)
    const start = (await changes(ada)).body.cursor
    const top = await ada.addTask({ title: 'Top' })
    const middle = await ada.addTask({ title: 'Middle', parent_id: top.id })
    await ada.addTask({ title: 'Below', parent_id: middle.id })
    const later = await ada.addTask({ title: 'Later' })
    const half = (await changes(ada)).body.cursor
    const list = await addList(ada)
    await putInto(ada, later, list)
    await putUnder(ada, middle, later)
    await ada.send(`${ada.tasks}/${top.id}`, { method: 'PATCH', json: { title: 'Renamed' } })
    await putUnder(ada, later, null)
    for (const cursor of [undefined, start, half]) {
      const copy = new Copy(ada, cursor)
      await copy.catchUp(limit)
      for (const value of await all(ada))
        if (cursor !== half || copy.values.has(value.id))
          expect(copy.values.get(value.id)).toEqual(value)
    }
  },
)

test('200: a page of long texts ends early, and the next one goes on', async () => {
  const ada = await newPerson(service.url)
  const description = '😀'.repeat(16_000)
  for (let count = 0; count < 40; count += 1) await ada.addTask({ description })
  const first = (await changes(ada)).body
  expect(first.has_more).toBe(true)
  expect(first.items.length).toBeGreaterThan(10)
  expect(first.items.length).toBeLessThan(20)
  expect(await new Copy(ada).catchUp()).toHaveLength(40)
})

test('200: an id that was purged and is created again is a task, and no longer gone', async () => {
  const ada = await newPerson(service.url)
  const { id } = await ada.addTask({ title: 'first' })
  const first = (await changes(ada)).body.cursor
  await remove(ada, id)
  await empty(ada)
  const { cursor } = (await changes(ada)).body
  await ada.addTask({ id, title: 'second' })
  expect((await changes(ada, first)).body.items).toMatchObject([
    { type: 'task', id, value: { title: 'second' } },
  ])
  expect((await changes(ada, cursor)).body.items).toMatchObject([
    { type: 'task', id, value: { title: 'second' } },
  ])
  await remove(ada, id)
  await empty(ada)
  expect((await changes(ada, cursor)).body.items).toEqual([{ type: 'task', id, value: null }])
})

test('304: no news since the page that a client has', async () => {
  const ada = await newPerson(service.url)
  await ada.addTask()
  const { headers, body } = await changes(ada)
  const again = () =>
    ada.send(`/api/${ada.id}/changes?since=${body.cursor}`, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    })
  expect((await again()).status).toBe(304)
  await ada.addTask()
  expect((await again()).status).toBe(200)
})

test('410: a cursor that was changed, or is of another list, user or secret', async () => {
  const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
  await Promise.all([ada.addTask(), ada.addTask()])
  const { next_cursor } = (await ada.send<Schemas['TaskPage']>(`${ada.tasks}?limit=1`)).body
  const his = (await changes(bob)).body.cursor
  for (const since of [
    'abc',
    next_cursor as string,
    his,
    his.replace(/^./, (first) => (first === 'e' ? 'f' : 'e')),
  ]) {
    const { status, body } = await ada.send<Problem>(`/api/${ada.id}/changes?since=${since}`)
    expect([status, body.code]).toEqual([410, 'changes_gone'])
  }
})

test('410: a cursor from before a restored backup, or older than tombstones', async () => {
  const ada = await newPerson(service.url)
  for (let count = 0; count < 5; count += 1) await ada.addTask()
  const old = (await changes(ada, undefined, 2)).body.cursor
  const isGone = async (cursor: string) => {
    const { status, body } = await ada.send<Problem>(`/api/${ada.id}/changes?since=${cursor}`)
    expect([status, body.code]).toEqual([410, 'changes_gone'])
  }
  const later = (await changes(ada)).body.cursor
  await clock(ada, sql.fragment`forgotten = 4, version = 9`)
  // This one was begun at 5 and never had what was purged up to 4.
  expect((await changes(ada, old)).status).toBe(200)
  await clock(ada, sql.fragment`forgotten = 7`)
  await isGone(old)
  await isGone(later)
  // A copy that begins now, in pages, needs nothing that is forgotten.
  expect(await new Copy(ada).catchUp(2)).toEqual(await all(ada))
  const now = (await changes(ada)).body.cursor
  await clock(ada, sql.fragment`version = 8`)
  await isGone(now)
  await clock(ada, sql.fragment`version = 9`)
  expect((await changes(ada, now)).status).toBe(200)
  await clock(ada, sql.fragment`epoch = gen_random_uuid()`)
  await isGone(now)
})

/** How often the copy is compared. */
const ROUNDS = effort({ usual: 100, long: 1_000 })
const WRITERS = 8
const MOST = 100
const LISTS = 12

test('a copy equals the server while eight write, and has the parents of each task', async () => {
  const ada = await newPerson(service.url)
  const copy = new Copy(ada)
  let gate = Promise.resolve()
  let open = () => {}
  let isOver = false
  let writes = 0
  const inFlight = new Set<Promise<unknown>>()

  const step = async (turn: number) => {
    const values = [...copy.values.values()]
    const ids = values.flatMap((value) => ('title' in value ? [value.id] : []))
    const lists = values.flatMap((value) => ('name' in value ? [value.id] : []))
    const one = (of: string[]) => of[Math.floor(Math.random() * of.length)]
    const path = `${ada.tasks}/${one(ids)}`
    const list = `/api/${ada.id}/lists/${one(lists)}`
    if (turn % 7 === 0 && lists.length < LISTS)
      await ada.send(`/api/${ada.id}/lists`, { method: 'POST', json: { name: `${turn}` } })
    else if (turn % 7 === 1) await ada.send(list, { method: 'PATCH', json: { name: `${turn}` } })
    else if (turn % 7 === 2)
      await ada.send(path, { method: 'PATCH', json: { list_id: one(lists) ?? null } })
    else if (turn % 35 === 3) await ada.send(list, { method: 'DELETE' })
    else if (turn % 7 === 4)
      await ada.send(path, {
        method: 'PATCH',
        json: { parent_id: turn % 3 === 0 ? null : (one(ids) ?? null) },
      })
    else if (turn % 35 === 10) await ada.send(`${list}/restore`, { method: 'POST' })
    else if (ids.length < MOST && (turn % 5 === 0 || ids.length === 0))
      await ada.addTask({ title: `${turn}` })
    else if (turn % 5 === 1)
      await ada.send(path, {
        method: 'PATCH',
        json: { title: `${turn}`, completed: turn % 2 === 0 },
      })
    else if (turn % 5 === 2) await ada.send(path, { method: 'DELETE' })
    else if (turn % 5 === 3) await ada.send(`${path}/restore`, { method: 'POST' })
    else if (turn % 50 === 4) await empty(ada)
    else await ada.send(`${path}/move`, { method: 'POST', json: { to: 'top' } })
    writes += 1
  }
  const writer = async (offset: number) => {
    for (let turn = offset; !isOver; turn += WRITERS + 1) {
      await gate
      const doing = step(turn)
      inFlight.add(doing)
      await doing.finally(() => inFlight.delete(doing))
    }
  }
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, offset) => writer(offset)))
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      // It follows while they write, in pages of every size, until they have written something.
      const before = writes
      do await Promise.race([copy.page(1 + (round % 7)), writers])
      while (writes < before + 3)
      gate = new Promise((resolve) => {
        open = resolve
      })
      while (inFlight.size > 0) await Promise.allSettled(inFlight)
      expect([round, await copy.catchUp()]).toEqual([round, await all(ada)])
      open()
    }
  } finally {
    isOver = true
    open()
    await writers
  }
  expect(writes).toBeGreaterThan(ROUNDS)
}, 600_000)
