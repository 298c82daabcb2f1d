import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import { everyTask } from '../testing/every-task.ts'
import { fillTasks } from '../testing/fill.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'
import { wrongUsage } from '../testing/usage.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']
type Problem = Schemas['Problem']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(async () => {
  expect(await wrongUsage(service.database)).toEqual([])
  await service.close()
})

const listsOf = (person: Person) => `/api/${person.id}/lists`
async function addList(person: Person, name = 'Home'): Promise<List> {
  const { status, body } = await person.send<List>(listsOf(person), {
    method: 'POST',
    json: { name },
  })
  expect(status).toBe(201)
  return body
}
const names = async (person: Person, query = '') =>
  (await person.send<Schemas['ListPage']>(`${listsOf(person)}?${query}`)).body.items.map(
    ({ name }) => name,
  )
const titles = async (person: Person, query: string) =>
  (await everyTask(person, 'position', query)).map(({ title }) => title)
const put = (person: Person, { id }: { id: string }, list: { id: string } | null) =>
  person.send<Task & Problem>(`${person.tasks}/${id}`, {
    method: 'PATCH',
    json: { list_id: list?.id ?? null },
  })

describe('a list', () => {
  test('201: with a name alone it is gray, open and at the bottom', async () => {
    const bob = await newPerson(service.url, 'bob')
    await addList(bob, 'First')
    const { status, headers, body } = await bob.send<List>(listsOf(bob), {
      method: 'POST',
      json: { name: 'Second' },
    })
    expect([status, headers.get('location'), headers.get('etag')]).toEqual([
      201,
      `${listsOf(bob)}/${body.id}`,
      body.etag,
    ])
    expect(body).toMatchObject({
      name: 'Second',
      description: null,
      color: 'gray',
      archived: false,
      archived_at: null,
      trashed_at: null,
    })
    expect(await names(bob)).toEqual(['First', 'Second'])
    expect((await bob.send(`${listsOf(bob)}/${body.id}`)).body).toEqual(body)
  })

  test('200, 409: an id of the client makes one list, and no other', async () => {
    const id = randomUUID()
    const create = (name: string) =>
      ada.send<List & Problem>(listsOf(ada), { method: 'POST', json: { id, name } })
    expect((await create('Mine')).status).toBe(201)
    expect((await create('Mine')).status).toBe(200)
    const { status, body } = await create('Other')
    expect([status, body.code]).toEqual([409, 'list_id_taken'])
  })

  test('200: archived, it leaves the page of lists and keeps its tasks', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    await bob.addTask({ title: 'Inside', list_id: list.id })
    const { status, body } = await bob.send<List>(`${listsOf(bob)}/${list.id}`, {
      method: 'PATCH',
      json: { archived: true },
    })
    expect([status, body.archived, body.archived_at]).toEqual([200, true, expect.any(String)])
    expect([await names(bob), await names(bob, 'archived=true')]).toEqual([[], ['Home']])
    expect(await titles(bob, `&list_id=${list.id}`)).toEqual(['Inside'])
  })

  test('409: a move says which list leaves no room, and lists have an order', async () => {
    const bob = await newPerson(service.url, 'bob')
    const [a, b, c] = [await addList(bob, 'A'), await addList(bob, 'B'), await addList(bob, 'C')]
    const move = (list: List, json: object) =>
      bob.send<List & Problem>(`${listsOf(bob)}/${list.id}/move`, { method: 'POST', json })
    expect((await move(c, { before: a.id })).status).toBe(200)
    expect(await names(bob)).toEqual(['C', 'A', 'B'])
    for (const [list, digit] of [
      [a, '1'],
      [b, '2'],
    ] as const)
      await service.database.rows(sql.unsafe`
        update lists
        set position = ${`5000000000000001${'0'.repeat(970)}${digit}`}
        where id = ${list.id}::uuid`)
    const { status, body } = await move(c, { after: a.id })
    expect([status, body.code, body.errors?.[0]?.detail]).toEqual([
      409,
      'position_exhausted',
      `Leaves no room between it and ${b.id}. Move that one elsewhere first.`,
    ])
  })
})

describe('tasks in lists', () => {
  test('a task is in one list or in the Inbox, and moves between them', async () => {
    const bob = await newPerson(service.url, 'bob')
    const [home, work] = [await addList(bob), await addList(bob, 'Work')]
    const task = await bob.addTask({ title: 'Moves', list_id: home.id })
    await bob.addTask({ title: 'Stays' })
    expect(await titles(bob, `&list_id=${home.id}`)).toEqual(['Moves'])
    expect((await put(bob, task, work)).body.list_id).toBe(work.id)
    expect(await titles(bob, `&list_id=${home.id}`)).toEqual([])
    expect(await titles(bob, `&list_id=${work.id}`)).toEqual(['Moves'])
    expect((await put(bob, task, null)).body.list_id).toBeNull()
    expect(await titles(bob, '&list_id=inbox')).toEqual(['Moves', 'Stays'])
  })

  test.each(['none', 'in the trash', 'of another user'])(
    '422: a list that is %s takes no task, new or old',
    async (kind) => {
      const [bob, eve] = [await newPerson(service.url, 'bob'), await newPerson(service.url, 'eve')]
      const list =
        kind === 'none' ? { id: randomUUID() } : await addList(kind === 'in the trash' ? bob : eve)
      if (kind === 'in the trash')
        await bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
      const task = await bob.addTask()
      const responses = [
        await put(bob, task, list),
        await bob.send<Problem>(bob.tasks, {
          method: 'POST',
          json: { title: 'x', list_id: list.id },
        }),
      ]
      for (const { status, body } of responses)
        expect([status, body.errors]).toEqual([
          422,
          [
            {
              in: 'body',
              pointer: '/list_id',
              code: 'invalid',
              detail: 'Is not the id of a list.',
            },
          ],
        ])
      expect(await everyTask(bob)).toEqual([task])
    },
  )

  test('200: open tasks are counted by list, and those of the Inbox', async () => {
    const bob = await newPerson(service.url, 'bob')
    const [home, work] = [await addList(bob), await addList(bob, 'Work')]
    for (const list_id of [home.id, home.id, work.id, null, null, null])
      await bob.addTask({ list_id })
    await bob.addTask({ list_id: work.id, completed: true })
    const { body } = await bob.send<Schemas['TaskCounts']>(`/api/${bob.id}/task-counts`)
    expect(body).toMatchObject({
      open: 6,
      inbox: 3,
      lists: [
        { list_id: home.id, open: 2 },
        { list_id: work.id, open: 1 },
      ],
      lists_are_complete: true,
    })
  })
})

describe('a list in the trash', () => {
  test('204, 200: 2,000 tasks go with it and come back, and no others', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    const others = [await bob.addTask({ title: 'In the Inbox' })]
    await fillTasks(service.database, bob.id, 2_000, list.id)
    const early = await bob.addTask({ title: 'Deleted before', list_id: list.id })
    await bob.send(`${bob.tasks}/${early.id}`, { method: 'DELETE' })
    const before = await everyTask(bob, 'title')
    expect(before).toHaveLength(2_001)

    const remove = await bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
    expect([remove.status, await everyTask(bob)]).toEqual([204, others])
    expect(await everyTask(bob, 'title', '&trashed=true')).toHaveLength(2_001)
    expect((await bob.send(`${listsOf(bob)}/${list.id}`)).status).toBe(404)

    const restore = await bob.send<List>(`${listsOf(bob)}/${list.id}/restore`, { method: 'POST' })
    expect([restore.status, restore.body.trashed_at]).toEqual([200, null])
    const plain = ({ etag, updated_at, ...task }: Task) => task
    expect((await everyTask(bob, 'title')).map(plain)).toEqual(before.map(plain))
    expect(await titles(bob, '&trashed=true')).toEqual(['Deleted before'])
  }, 60_000)

  test('412, 200: If-Match and a repeated key do to a list what they do to a task', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    const task = await bob.addTask({ list_id: list.id })
    const remove = (headers: Record<string, string>) =>
      bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE', headers })
    expect((await remove({ 'if-match': '"999"' })).status).toBe(412)
    expect((await bob.send(`${bob.tasks}/${task.id}`)).body).toEqual(task)
    const key = { 'idempotency-key': randomUUID() }
    const [first, again] = [await remove(key), await remove(key)]
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      204,
      204,
      'true',
    ])
  })

  test('200: a task restored alone is in the Inbox, and stays when the list comes back', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    const task = await bob.addTask({ title: 'Alone', list_id: list.id })
    await bob.addTask({ title: 'With the list', list_id: list.id })
    await bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
    const { body } = await bob.send<Task>(`${bob.tasks}/${task.id}/restore`, { method: 'POST' })
    expect([body.list_id, body.trashed_at]).toEqual([null, null])
    await bob.send(`${listsOf(bob)}/${list.id}/restore`, { method: 'POST' })
    expect(await titles(bob, '&list_id=inbox')).toEqual(['Alone'])
    expect(await titles(bob, `&list_id=${list.id}`)).toEqual(['With the list'])
  })

  test('200: emptied, it is gone with its tasks, in as many requests as it takes', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    await fillTasks(service.database, bob.id, 1_500, list.id)
    await bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
    const empty = async () => (await bob.send(`/api/${bob.id}/trash`, { method: 'DELETE' })).body
    expect([await empty(), await empty(), await empty()]).toEqual([
      { purged: 1_000, is_empty: false },
      { purged: 501, is_empty: true },
      { purged: 0, is_empty: true },
    ])
    const restore = await bob.send(`${listsOf(bob)}/${list.id}/restore`, { method: 'POST' })
    expect(restore.status).toBe(404)
  }, 60_000)

  test('409: more than 20,000 tasks are too many to go at once', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    await fillTasks(service.database, bob.id, 20_001, list.id)
    const before = (await bob.send(`${listsOf(bob)}/${list.id}`)).body
    const { status, body } = await bob.send<Problem>(`${listsOf(bob)}/${list.id}`, {
      method: 'DELETE',
    })
    expect([status, body.code]).toEqual([409, 'list_too_large'])
    expect((await bob.send(`${listsOf(bob)}/${list.id}`)).body).toEqual(before)
  }, 60_000)
})

test('a list deleted while tasks are created in it leaves none in a list that is gone', async () => {
  const bob = await newPerson(service.url, 'bob')
  for (let round = 0; round < ROUNDS; round += 1) {
    const list = await addList(bob, `${round}`)
    const create = () =>
      bob.send(bob.tasks, { method: 'POST', json: { title: 'x', list_id: list.id } })
    const made = await Promise.all([
      create(),
      bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' }),
      create(),
    ])
    for (const { status } of made) expect([201, 204, 422]).toContain(status)
  }
  expect(await everyTask(bob)).toEqual([])
}, 120_000)

const ROUNDS = 200
