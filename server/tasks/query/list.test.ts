import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components, operations } from '../../../sdk/contract.gen.ts'
import { fillTasks } from '../../testing/data/fill.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Query = NonNullable<operations['listTasks']['parameters']['query']>
type TaskPage = components['schemas']['TaskPage']
type Problem = components['schemas']['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

describe('listTasks', () => {
  test('200: an empty list is a list', async () => {
    const bob = await newPerson(service.url, 'bob')
    expect((await bob.send(bob.tasks)).body).toEqual({
      items: [],
      total: 0,
      total_is_exact: true,
      next_cursor: null,
    })
  })

  test(
    '200: newest first; a walk sees each task once, with the first total (rule ' + '15)',
    async () => {
      const bob = await newPerson(service.url, 'bob')
      const made: string[] = []
      for (let count = 0; count < 7; count += 1)
        made.unshift((await bob.addTask({ title: `Task ${count}` })).id)
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page: TaskPage = (
          await bob.send<TaskPage>(`${bob.tasks}?limit=3${cursor ? `&cursor=${cursor}` : ''}`)
        ).body
        expect([page.total, page.total_is_exact]).toEqual([7, true])
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.next_cursor
        if (seen.length === 3) await bob.addTask({ title: 'Arrived during the walk' })
      } while (cursor)
      expect(seen).toEqual(made)
    },
  )

  test('200: a page that ends exactly at the end says so', async () => {
    const bob = await newPerson(service.url, 'bob')
    await bob.addTask()
    expect((await bob.send<TaskPage>(`${bob.tasks}?limit=1`)).body.next_cursor).toBeNull()
  })

  test('200: beyond 1,000 tasks the total says that it is not exact (rule 15)', async () => {
    const bob = await newPerson(service.url, 'bob')
    await fillTasks(service.database, bob.id, 1_000)
    expect((await bob.send<TaskPage>(bob.tasks)).body).toMatchObject({
      total: 1_000,
      total_is_exact: true,
    })
    await bob.addTask()
    const first = (await bob.send<TaskPage>(`${bob.tasks}?limit=200`)).body
    expect(first).toMatchObject({ total: 1_000, total_is_exact: false })
    expect(
      (await bob.send<TaskPage>(`${bob.tasks}?cursor=${first.next_cursor}`)).body,
    ).toMatchObject({ total: 1_000, total_is_exact: false })
  })

  test.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=Infinity',
    'limit=1e1',
    'limit=0x10',
    'limit=01',
    'limit=%201',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'limit[]=1',
    '[limit]=1',
    'page=2',
    'cursor=',
  ])('400: ?%s is refused, never clamped or ignored (rule 15)', async (query) => {
    const { status, body } = await ada.send<Problem>(`${ada.tasks}?${query}`)
    expect([status, body.code, body.errors?.[0]?.in]).toEqual([400, 'invalid_request', 'query'])
  })

  test("400: a cursor that was changed, or is another user's (rule 17)", async () => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    for (const person of [bob, eve])
      for (let count = 0; count < 2; count += 1) await person.addTask()
    const cursor = (await bob.send<TaskPage>(`${bob.tasks}?limit=1`)).body.next_cursor as string
    const [payload, mac] = cursor.split('.') as [string, string]
    const other = Buffer.from(payload, 'base64url').toString().replace('2', '1')
    const forged = `${Buffer.from(other).toString('base64url')}.${mac}`
    for (const [person, text] of [
      [eve, cursor],
      [bob, forged],
      [bob, payload],
      [bob, `${cursor}.${mac}`],
      [bob, 'abc'],
    ] as const) {
      const { status, body } = await person.send<Problem>(`${person.tasks}?cursor=${text}`)
      expect([status, body.code]).toEqual([400, 'cursor_invalid'])
    }
    expect((await bob.send(`${bob.tasks}?cursor=${cursor}`)).status).toBe(200)
  })
})

describe('what a list holds', () => {
  let bob: Person
  beforeAll(async () => {
    bob = await newPerson(service.url, 'bob')
    await bob.addTask({
      title: 'zebra',
      priority: 'high',
      labels: ['a', 'b'],
      due_date: '2031-01-02',
    })
    await bob.addTask({
      title: 'Äpfel kaufen',
      description: 'for the PIE',
      labels: ['b'],
      due_date: '2031-01-02',
      due_time: '08:00',
    })
    await bob.addTask({
      title: 'apple',
      completed: true,
      priority: 'low',
      labels: ['A'],
      due_date: '2031-01-01',
    })
    await bob.addTask({ title: 'Banana 100%', priority: 'high', description: 'a_b \\ c' })
  })
  const titles = async (query: Query) => {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    )
    const { status, body } = await bob.send<TaskPage>(`${bob.tasks}?${new URLSearchParams(pairs)}`)
    expect([query, status, body.total]).toEqual([query, 200, body.items?.length])
    return body.items.map(({ title }) => title)
  }

  const APART = ['Banana 100%', 'apple', 'Äpfel kaufen', 'zebra']
  test.each<[Query, string[]]>([
    [{ completed: false }, ['Banana 100%', 'Äpfel kaufen', 'zebra']],
    [{ completed: true }, ['apple']],
    [{ priority: ['high'] }, ['Banana 100%', 'zebra']],
    [{ priority: ['low', 'none'] }, ['apple', 'Äpfel kaufen']],
    [{ label: ['b'] }, ['Äpfel kaufen', 'zebra']],
    [{ label: ['a', 'A'] }, ['apple', 'zebra']],
    [{ label: ['a', 'b'], label_match: 'all' }, ['zebra']],
    [{ label: ['c'] }, []],
    [{ due_before: '2031-01-02' }, ['apple']],
    [{ due_after: '2031-01-01' }, ['Äpfel kaufen', 'zebra']],
    [{ due_after: '2030-12-31', due_before: '2031-01-02' }, ['apple']],
    [{ due: 'none' }, ['Banana 100%']],
    [{ created_after: '2020-01-01T00:00:00Z' }, APART],
    [{ created_after: '9999-12-31T23:59:59.999999999Z' }, []],
    [{ updated_after: '9999-01-01T00:00:00Z' }, []],
    [{ q: 'ÄPFEL' }, ['Äpfel kaufen']],
    [{ q: 'a\u0308pfel pie' }, ['Äpfel kaufen']],
    [{ q: 'pie kauf' }, ['Äpfel kaufen']],
    [{ q: 'pie zebra' }, []],
    [{ q: '0%' }, ['Banana 100%']],
    [{ q: '%' }, ['Banana 100%']],
    [{ q: '_' }, ['Banana 100%']],
    [{ q: '\\' }, ['Banana 100%']],
    [{ q: "' or 1=1 --" }, []],
    [{ q: 'a', completed: false, priority: ['high'], label: ['b'] }, ['zebra']],
  ])('200: %j', async (query, expected) => expect(await titles(query)).toEqual(expected))

  test.each<[NonNullable<Query['sort']>, string[]]>([
    ['created_at', ['zebra', 'Äpfel kaufen', 'apple', 'Banana 100%']],
    ['position', ['zebra', 'Äpfel kaufen', 'apple', 'Banana 100%']],
    ['title', ['Äpfel kaufen', 'apple', 'Banana 100%', 'zebra']],
    ['-title', ['zebra', 'Banana 100%', 'apple', 'Äpfel kaufen']],
    ['due', ['apple', 'Äpfel kaufen', 'zebra', 'Banana 100%']],
    ['-due', ['zebra', 'Äpfel kaufen', 'apple', 'Banana 100%']],
  ])('200: by %s, tasks without the value last', async (sort, expected) =>
    expect(await titles({ sort })).toEqual(expected),
  )

  test('200: a word is found by its part, in any case, also with a final sigma', async () => {
    const eve = await newPerson(service.url, 'eve')
    await eve.addTask({ title: 'ΣΊΣΥΦΟΣ' })
    for (const q of ['ΣΊΣ', 'σίς', 'σίσυφος', 'υφοσ'])
      expect([
        q,
        (await eve.send<TaskPage>(`${eve.tasks}?q=${encodeURIComponent(q)}`)).body.total,
      ]).toEqual([q, 1])
  })

  test('200: by priority from none to high, and by updated_at', async () => {
    const [first, ...others] = await titles({ sort: 'priority' })
    expect([first, others[0], new Set(others.slice(1))]).toEqual([
      'Äpfel kaufen',
      'apple',
      new Set(['zebra', 'Banana 100%']),
    ])
    expect(await titles({ sort: '-priority' })).toEqual([first, ...others].reverse())
    const { items } = (await bob.send<TaskPage>(`${bob.tasks}?q=zebra`)).body
    await bob.send(`${bob.tasks}/${items[0]?.id}`, {
      method: 'PATCH',
      json: { description: 'striped' },
    })
    expect((await titles({ sort: '-updated_at' }))[0]).toBe('zebra')
    expect((await titles({ sort: 'updated_at' })).at(-1)).toBe('zebra')
  })

  test('200: created_after and updated_after each mean their own time', async () => {
    const eve = await newPerson(service.url, 'eve')
    const { id } = await eve.addTask()
    const { body } = await eve.send<components['schemas']['Task']>(`${eve.tasks}/${id}`, {
      method: 'PATCH',
      json: { title: 'Later' },
    })
    const { created_at, updated_at } = body
    expect(created_at < updated_at).toBe(true)
    const before = (time: string) => new Date(Date.parse(time) - 1).toISOString()
    const total = async (query: string) =>
      (await eve.send<TaskPage>(`${eve.tasks}?${query}`)).body.total
    expect([
      await total(`created_after=${before(created_at)}`),
      await total(`created_after=${created_at}`),
    ]).toEqual([1, 0])
    expect([
      await total(`updated_after=${before(updated_at)}`),
      await total(`updated_after=${updated_at}`),
    ]).toEqual([1, 0])
    expect(await total(`updated_after=${created_at}`)).toBe(1)
  })

  test('400: a cursor is valid for its own filters and order only (rule 17)', async () => {
    const query = 'sort=title&completed=false&limit=1'
    const cursor = (await bob.send<TaskPage>(`${bob.tasks}?${query}`)).body.next_cursor
    for (const other of [
      '',
      'sort=-title&completed=false',
      'sort=title',
      'sort=title&completed=true',
      `${query}&q=a`,
      `${query}&time_zone=Europe/Berlin`,
    ]) {
      const { status, body } = await bob.send<Problem>(`${bob.tasks}?${other}&cursor=${cursor}`)
      expect([other, status, body.code]).toEqual([other, 400, 'cursor_invalid'])
    }
    expect(
      (await bob.send(`${bob.tasks}?cursor=${cursor}&limit=7&completed=false&sort=title`)).status,
    ).toBe(200)
  })

  test.each([
    ['sort=name', '/sort', 'enum'],
    ['sort=title&sort=due', '/sort', 'type'],
    ['priority=urgent', '/priority/0', 'enum'],
    ['priority=high&priority=high', '/priority', 'unique_items'],
    ['due=tomorrow', '/due', 'enum'],
    ['due_before=2026-02-30', '/due_before', 'format'],
    ['created_after=2026-11-21T24:30:00Z', '/created_after', 'format'],
    ['created_after=2026-11-21T24:00:00Z', '/created_after', 'format'],
    ['created_after=2026-11-21T09:30:00%2B01:00', '/created_after', 'pattern'],
    ['time_zone=Mars/Olympus', '/time_zone', 'format'],
    ['q=%20', '/q', 'pattern'],
    ['q=%ff', '/q', 'invalid'],
    ['label=%00', '/label/0', 'pattern'],
    [Array.from({ length: 11 }, (_, index) => `label=${index}`).join('&'), '/label', 'max_items'],
    ['completed=yes', '/completed', 'type'],
  ])('400: ?%s is refused by pointer and code', async (query, pointer, code) => {
    const { status, body } = await bob.send<Problem>(`${bob.tasks}?${query}`)
    expect([status, body.errors?.map((error) => [error.in, error.pointer, error.code])]).toEqual([
      400,
      expect.arrayContaining([['query', pointer, code]]),
    ])
  })
})

describe('what is no news', () => {
  const lists = (person: Person) => [
    person.tasks,
    `${person.tasks}?due=today`,
    `${person.tasks}?q=x&limit=1`,
    `/api/${person.id}/task-counts`,
  ]

  test('304: lists and counts, until this user writes (rule 18)', async () => {
    const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
    for (const path of lists(bob)) {
      // The minute may turn between two requests for the counts.
      let response = await bob.send(path)
      let again = response
      do {
        response = await bob.send(path)
        await eve.addTask()
        again = await bob.send(path, {
          headers: { 'if-none-match': `"x", W/${response.headers.get('etag')}` },
        })
      } while (again.headers.get('etag') !== response.headers.get('etag'))
      expect([path, again.status, again.body]).toEqual([path, 304, ''])
      expect((await bob.send(path, { headers: { 'if-none-match': '*' } })).status).toBe(304)
      const task = await bob.addTask()
      const news = await bob.send(path, {
        headers: { 'if-none-match': response.headers.get('etag') ?? '' },
      })
      expect([path, news.status]).toEqual([path, 200])
      expect(news.headers.get('etag')).not.toBe(response.headers.get('etag'))
      await bob.send(`${bob.tasks}/${task.id}`, { method: 'DELETE' })
      expect(
        (await bob.send(path, { headers: { 'if-none-match': news.headers.get('etag') ?? '' } }))
          .status,
      ).toBe(200)
    }
  })

  test(
    'the ETag of a list holds the day or the minute, where it depends on them (rule ' + '18)',
    async () => {
      const bob = await newPerson(service.url, 'bob')
      const etag = async (path: string) => (await bob.send(path)).headers.get('etag')
      expect(await etag(bob.tasks)).toBe('"0"')
      expect(await etag(`${bob.tasks}?due=none`)).toBe('"0"')
      for (const due of ['today', 'upcoming'])
        expect(await etag(`${bob.tasks}?due=${due}`)).toMatch(/^"0-\d{4}-\d\d-\d\d"$/)
      expect(await etag(`${bob.tasks}?due=overdue`)).toMatch(/^"0-\d{4}-\d\d-\d\dT\d\d:\d\d"$/)
      expect(await etag(`/api/${bob.id}/task-counts`)).toMatch(/^"0-\d{4}-\d\d-\d\dT\d\d:\d\d"$/)
      const [kiritimati, niue] = await Promise.all(
        ['Pacific/Kiritimati', 'Pacific/Niue'].map((zone) =>
          etag(`${bob.tasks}?due=today&time_zone=${zone}`),
        ),
      )
      expect(kiritimati).not.toBe(niue)
    },
  )
})
