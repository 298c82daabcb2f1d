import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { fillTasks } from '../testing/data/fill.ts'
import { addList, listsOf, titlesOf } from '../testing/data/lists.ts'
import { wrongUsage } from '../testing/data/usage.ts'
import { newPerson } from '../testing/person.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type List = Schemas['List']
type Problem = Schemas['Problem']

/** How often a list is deleted while tasks are created in it. */
const ROUNDS = 200

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(async () => {
  expect(await wrongUsage(service.database)).toEqual([])
  await service.close()
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
    expect(await titlesOf(bob, '&trashed=true')).toEqual(['Deleted before'])
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

  test('200: a task restored alone is in the Inbox, and stays there', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    const task = await bob.addTask({ title: 'Alone', list_id: list.id })
    await bob.addTask({ title: 'With the list', list_id: list.id })
    await bob.send(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
    const { body } = await bob.send<Task>(`${bob.tasks}/${task.id}/restore`, { method: 'POST' })
    expect([body.list_id, body.trashed_at]).toEqual([null, null])
    await bob.send(`${listsOf(bob)}/${list.id}/restore`, { method: 'POST' })
    expect(await titlesOf(bob, '&list_id=inbox')).toEqual(['Alone'])
    expect(await titlesOf(bob, `&list_id=${list.id}`)).toEqual(['With the list'])
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

  test('409: more than 2,000 tasks are too many to go at once', async () => {
    const bob = await newPerson(service.url, 'bob')
    const list = await addList(bob)
    await fillTasks(service.database, bob.id, 2_001, list.id)
    const before = (await bob.send(`${listsOf(bob)}/${list.id}`)).body
    const { status, body } = await bob.send<Problem>(`${listsOf(bob)}/${list.id}`, {
      method: 'DELETE',
    })
    expect([status, body.code]).toEqual([409, 'list_too_large'])
    expect((await bob.send(`${listsOf(bob)}/${list.id}`)).body).toEqual(before)
  }, 60_000)
})

test('409: more than 1 MB of text is too much to go at once; less goes', async () => {
  const bob = await newPerson(service.url, 'bob')
  const list = await addList(bob)
  const description = 'a b '.repeat(4_000)
  const tasks = []
  for (let count = 0; count < 63; count += 1)
    tasks.push(await bob.addTask({ description, list_id: list.id }))
  const remove = () => bob.send<Problem>(`${listsOf(bob)}/${list.id}`, { method: 'DELETE' })
  const { status, body } = await remove()
  expect([status, body.code]).toEqual([409, 'list_too_large'])
  await bob.send(`${bob.tasks}/${tasks[0]?.id}`, { method: 'DELETE' })
  expect((await remove()).status).toBe(204)
  const restore = await bob.send(`${listsOf(bob)}/${list.id}/restore`, { method: 'POST' })
  expect([restore.status, (await everyTask(bob)).length]).toEqual([200, 62])
}, 60_000)

test('a list deleted while tasks are created in it leaves none behind', async () => {
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
