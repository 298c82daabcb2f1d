import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { addList, listsOf, namesOf, putInto, titlesOf } from '../testing/data/lists.ts'
import { wrongUsage } from '../testing/data/usage.ts'
import { newPerson } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type List = Schemas['List']
type Problem = Schemas['Problem']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(async () => {
  expect(await wrongUsage(service.database)).toEqual([])
  await service.close()
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
    expect(await namesOf(bob)).toEqual(['First', 'Second'])
    expect((await bob.send(`${listsOf(bob)}/${body.id}`)).body).toEqual(body)
  })

  test('200, 409: an id of the client makes one list, and no other', async () => {
    const bob = await newPerson(service.url, 'bob')
    const id = randomUUID()
    const create = (name: string) =>
      bob.send<List & Problem>(listsOf(bob), { method: 'POST', json: { id, name } })
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
    expect([await namesOf(bob), await namesOf(bob, 'archived=true')]).toEqual([[], ['Home']])
    expect(await titlesOf(bob, `&list_id=${list.id}`)).toEqual(['Inside'])
  })

  test('409: a move says which list leaves no room, and lists have an order', async () => {
    const bob = await newPerson(service.url, 'bob')
    const [a, b, c] = [await addList(bob, 'A'), await addList(bob, 'B'), await addList(bob, 'C')]
    const move = (list: List, json: object) =>
      bob.send<List & Problem>(`${listsOf(bob)}/${list.id}/move`, { method: 'POST', json })
    expect((await move(c, { before: a.id })).status).toBe(200)
    expect(await namesOf(bob)).toEqual(['C', 'A', 'B'])
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
    expect(await titlesOf(bob, `&list_id=${home.id}`)).toEqual(['Moves'])
    expect((await putInto(bob, task, work)).body.list_id).toBe(work.id)
    expect(await titlesOf(bob, `&list_id=${home.id}`)).toEqual([])
    expect(await titlesOf(bob, `&list_id=${work.id}`)).toEqual(['Moves'])
    expect((await putInto(bob, task, null)).body.list_id).toBeNull()
    expect(await titlesOf(bob, '&list_id=inbox')).toEqual(['Moves', 'Stays'])
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
        await putInto(bob, task, list),
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

test('409 quota_exceeded: a list counts as a task does, its name as text', async () => {
  const small = await startService({ environment: { QUOTA_TASKS: '2', QUOTA_BYTES: '10' } })
  const bob = await newPerson(small.url, 'bob')
  const home = await addList(bob, 'Home')
  const rename = (name: string) =>
    bob.send<Problem>(`${listsOf(bob)}/${home.id}`, { method: 'PATCH', json: { name } })
  const grown = await rename('Home and work')
  expect([grown.status, grown.body.code]).toEqual([409, 'quota_exceeded'])
  expect((await rename('Garden')).status).toBe(200)
  await bob.addTask({ list_id: home.id, title: 'x' })
  for (const [path, json] of [
    [listsOf(bob), { name: 'y' }],
    [bob.tasks, { title: 'y' }],
  ] as const) {
    const { status, body } = await bob.send<Problem>(path, { method: 'POST', json })
    expect([status, body.code]).toEqual([409, 'quota_exceeded'])
  }
  expect(await wrongUsage(small.database)).toEqual([])
})
