import { expect, test } from 'vitest'
import type { components, operations } from '../../../sdk/contract.gen.ts'
import { contract } from '../../contract/document.ts'
import { fillTasks } from '../../testing/data/fill.ts'
import { effort } from '../../testing/effort.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Sort = NonNullable<NonNullable<operations['listTasks']['parameters']['query']>['sort']>

const COUNT = effort({ usual: 1_500, long: 10_000 })
const PAGE = 37
/** Of so many tasks one is changed, moved or deleted meanwhile; the others stay as they are. */
const EVERY = 10
const SORTS = ((contract.components.parameters as Record<'Sort', { schema: { enum?: unknown } }>)
  .Sort.schema.enum ?? []) as Sort[]

async function pages(
  person: Person,
  query: string,
  onPage: (items: Schemas['Task'][]) => void,
): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body }: Awaited<ReturnType<typeof person.send<Schemas['TaskPage']>>> =
      await person.send<Schemas['TaskPage']>(
        `${person.tasks}?${query}${cursor && `&cursor=${cursor}`}`,
      )
    expect(status).toBe(200)
    onPage(body.items)
    cursor = body.next_cursor
  }
}

/**
 * A client that inserts, updates, moves and deletes, one after the other, for as long as it may.
 */
async function write(
  person: Person,
  ids: string[],
  isOver: () => boolean,
  onWrite: () => void,
): Promise<void> {
  for (let writes = 0; !isOver(); writes += 1) {
    onWrite()
    const id = ids[(writes * 7919) % ids.length] as string
    const path = `${person.tasks}/${id}`
    if (writes % 4 === 0)
      ids.push(
        (await person.addTask({ title: `New ${writes}`, due_date: '2026-12-01', priority: 'low' }))
          .id,
      )
    else if (writes % 4 === 1)
      await person.send(path, {
        method: 'PATCH',
        json: { title: `Other ${writes}`, priority: 'high', due_date: null, completed: true },
      })
    else if (writes % 4 === 2)
      await person.send(`${path}/move`, {
        method: 'POST',
        json: { to: writes % 8 === 2 ? 'top' : 'bottom' },
      })
    else {
      ids.splice(ids.indexOf(id), 1)
      await person.send(path, { method: 'DELETE' })
    }
  }
}

test('a walk while others write sees each unchanged task once (rule 16)', async () => {
  const { url, database } = await startService()
  const ada = await newPerson(url)
  await fillTasks(database, ada.id, COUNT)
  const all: string[] = []
  await pages(ada, 'limit=200', (items) => all.push(...items.map(({ id }) => id)))
  expect(all.length).toBe(COUNT)
  const changing = all.filter((_, index) => index % EVERY === 0)
  const staying = new Set(all.filter((_, index) => index % EVERY !== 0))

  let isOver = false
  let writes = 0
  const writers = Promise.all(
    [0, 1].map((half) =>
      write(
        ada,
        changing.filter((_, index) => index % 2 === half),
        () => isOver,
        () => {
          writes += 1
        },
      ),
    ),
  )
  try {
    for (const sort of SORTS) {
      const before = writes
      const seen = new Map<string, number>()
      await pages(ada, `limit=${PAGE}&sort=${sort}`, (items) => {
        for (const { id } of items) if (staying.has(id)) seen.set(id, (seen.get(id) ?? 0) + 1)
      })
      expect([sort, seen.size, [...seen.values()].filter((times) => times > 1).length]).toEqual([
        sort,
        staying.size,
        0,
      ])
      expect(writes).toBeGreaterThan(before)
    }
  } finally {
    isOver = true
  }
  await writers
}, 600_000)

test('a search equals the filtered list, by each sort, with the same count', async () => {
  const { url, database } = await startService()
  const ada = await newPerson(url)
  await fillTasks(database, ada.id, 1_500)
  for (const sort of SORTS) {
    for (const filter of sort === 'due'
      ? ['', '&completed=true', '&label=even&priority=none', '&due_after=2020-01-01']
      : ['']) {
      const expected: string[] = []
      await pages(ada, `limit=200&sort=${sort}${filter}`, (items) =>
        expected.push(...items.filter(({ title }) => title.includes('12')).map(({ id }) => id)),
      )
      const found: string[] = []
      await pages(ada, `limit=${PAGE}&sort=${sort}${filter}&q=TASK 12`, (items) =>
        found.push(...items.map(({ id }) => id)),
      )
      expect([sort, filter, found]).toEqual([sort, filter, expected])
      const { body } = await ada.send<Schemas['TaskPage']>(
        `${ada.tasks}?limit=1&sort=${sort}${filter}&q=task%2012`,
      )
      expect([body.total, body.total_is_exact, body.items.map(({ id }) => id)]).toEqual([
        expected.length,
        true,
        expected.slice(0, 1),
      ])
    }
  }
  const { body } = await ada.send<Schemas['TaskPage']>(`${ada.tasks}?q=task`)
  expect([body.total, body.total_is_exact, body.items.length]).toEqual([1_000, false, 50])
  // An accent that stands alone is no word, and so no condition.
  expect((await ada.send<Schemas['TaskPage']>(`${ada.tasks}?q=%C2%B4`)).body.items).toHaveLength(50)
  for (const query of ['q=nowhere', 'q=task&trashed=true'])
    expect((await ada.send<Schemas['TaskPage']>(`${ada.tasks}?${query}`)).body).toMatchObject({
      items: [],
      total: 0,
    })
}, 600_000)

test.each(['', '&q=long', '&due=none'])(
  '200: a page of long texts%s ends early, and the next one goes on',
  async (filter) => {
    const service = await startService()
    const ada = await newPerson(service.url)
    const description = `long ${'😀'.repeat(15_990)}`
    for (let count = 0; count < 40; count += 1) await ada.addTask({ description })
    const sizes: number[] = []
    const ids = new Set<string>()
    await pages(ada, `limit=200${filter}`, (items) => {
      sizes.push(items.length)
      for (const { id } of items) ids.add(id)
    })
    expect(ids.size).toBe(40)
    expect(sizes.slice(0, -1).every((size) => size > 10 && size < 20)).toBe(true)
    expect(sizes.length).toBeGreaterThan(1)
  },
)

test('200: a walk in the order of titles goes on after the longest ones', async () => {
  const service = await startService()
  const ada = await newPerson(service.url)
  const titles = ['😀', '漢', '"', '\\'].map((character) => character.repeat(500))
  for (const title of titles) await ada.addTask({ title })
  for (const sort of ['title', '-title']) {
    const seen: string[] = []
    await pages(ada, `limit=1&sort=${sort}`, (items) => {
      seen.push(...items.map(({ title }) => title))
    })
    expect(seen.sort()).toEqual(titles.sort())
  }
})
