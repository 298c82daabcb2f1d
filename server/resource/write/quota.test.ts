import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { wrongUsage } from '../../testing/data/usage.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']

async function withQuota(
  tasks: number,
  bytes: number,
): Promise<Person & { isUsageRight(): Promise<boolean> }> {
  const service = await startService({
    environment: { QUOTA_TASKS: String(tasks), QUOTA_BYTES: String(bytes) },
  })
  return {
    ...(await newPerson(service.url)),
    isUsageRight: async () => (await wrongUsage(service.database)).length === 0,
  }
}

const create = (person: Person, fields: object) =>
  person.send<Schemas['Task'] & Problem>(person.tasks, {
    method: 'POST',
    json: { title: 'x', ...fields },
  })
const patch = (person: Person, id: string, json: object) =>
  person.send<Problem>(`${person.tasks}/${id}`, { method: 'PATCH', json })
const trash = (person: Person, id: string) =>
  person.send(`${person.tasks}/${id}`, { method: 'DELETE' })
const emptyTrash = (person: Person) => person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
const bulk = (person: Person, operations: object[]) =>
  person.send<Problem>(`/api/${person.id}/operations`, {
    method: 'POST',
    json: { operations },
  })
const importTasks = (person: Person, items: object[]) =>
  person.send<Schemas['TaskImportReport']>(`/api/${person.id}/task-import`, {
    method: 'POST',
    json: { items },
  })
const titles = async (person: Person) =>
  (await person.send<Schemas['TaskPage']>(`${person.tasks}?sort=title&limit=200`)).body.items.map(
    ({ title }) => title,
  )

test('409 quota_exceeded: too many tasks, trash included; purging makes room', async () => {
  const person = await withQuota(3, 1_000)
  const id = randomUUID()
  for (const fields of [{ id, title: 'a' }, { title: 'b' }, { title: 'c' }])
    expect((await create(person, fields)).status).toBe(201)
  const { status, body } = await create(person, { title: 'd' })
  expect([status, body.code]).toEqual([409, 'quota_exceeded'])
  // The same task again is no more than before.
  expect((await create(person, { id, title: 'a' })).status).toBe(200)
  await trash(person, id)
  expect((await create(person, { title: 'd' })).status).toBe(409)
  await emptyTrash(person)
  expect((await create(person, { title: 'd' })).status).toBe(201)
  expect(await titles(person)).toEqual(['b', 'c', 'd'])
})

test('200, 201: equal creates at once for the last place of the quota are one task', async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await withQuota(1, 1_000)
    const id = randomUUID()
    const byId = await Promise.all(Array.from({ length: 8 }, () => create(person, { id })))
    expect(byId.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201])
    await trash(person, id)
    await emptyTrash(person)
    const headers = { 'idempotency-key': 'one' }
    const keyed = () => person.send(person.tasks, { method: 'POST', headers, json: { title: 'x' } })
    const byKey = await Promise.all(Array.from({ length: 8 }, keyed))
    expect(byKey.map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect((await titles(person)).length).toBe(1)
  }
})

test('409 quota_exceeded: too much text; everything else goes on', async () => {
  const person = await withQuota(100, 20)
  const task = (
    await create(person, { title: 'ten bytes!', description: 'ä', labels: ['eight by'] })
  ).body
  expect((await create(person, { title: '1' })).body.code).toBe('quota_exceeded')
  const grown = await patch(person, task.id, { title: 'eleven byte' })
  expect([grown.status, grown.body.code]).toEqual([409, 'quota_exceeded'])
  for (const change of [
    { completed: true },
    { title: 'ten bytes?' },
    { title: 'nine byte' },
    { title: 'ten bytes!' },
  ])
    expect((await patch(person, task.id, change)).status).toBe(200)
  expect(
    (await person.send(`${person.tasks}/${task.id}/complete`, { method: 'PATCH' })).status,
  ).toBe(200)
  expect((await patch(person, task.id, { labels: [] })).status).toBe(200)
  expect((await create(person, { title: '8 bytes.' })).status).toBe(201)
  expect(await person.isUsageRight()).toBe(true)
})

test('409 with the place: one of many operations that is too much, and none is done', async () => {
  const person = await withQuota(2, 1_000)
  const { status, body } = await bulk(
    person,
    ['a', 'b', 'c'].map((title) => ({ action: 'create_task', value: { title } })),
  )
  expect([status, body.code, body.errors?.map(({ pointer }) => pointer)]).toEqual([
    409,
    'quota_exceeded',
    ['/operations/2/value'],
  ])
  expect(await titles(person)).toEqual([])
  expect(await person.isUsageRight()).toBe(true)
})

test('an import takes the first rows that fit, and refuses each other one', async () => {
  const person = await withQuota(3, 1_000)
  const rows = ['a', 'b', 'c', 'd', 'e'].map((title) => ({ title }))
  const { status, body } = await importTasks(person, rows)
  expect([status, body.created, body.refused]).toEqual([200, 3, 2])
  expect(body.rows[3]?.errors).toEqual([
    expect.objectContaining({
      pointer: '',
      detail: expect.stringContaining('more than this account may have'),
    }),
  ])
  expect(await titles(person)).toEqual(['a', 'b', 'c'])
  // The same file again: what is there is there.
  expect((await importTasks(person, rows)).body).toMatchObject({
    created: 0,
    unchanged: 3,
    refused: 2,
  })
  const small = await withQuota(100, 5)
  expect(
    (await importTasks(small, [{ title: 'four' }, { title: 'six...' }, { title: '1' }])).body,
  ).toMatchObject({ created: 1, refused: 2 })
})

test('of many that come at once only as many are taken as there is room for', async () => {
  const person = await withQuota(5, 1_000)
  const responses = await Promise.all(Array.from({ length: 20 }, () => create(person, {})))
  expect(responses.map(({ status }) => status).sort()).toEqual([
    ...Array(5).fill(201),
    ...Array(15).fill(409),
  ])
  expect(await titles(person)).toHaveLength(5)
})

test('the counted usage is what is stored, after every kind of write', async () => {
  const person = await withQuota(40, 400)
  const headers = { 'idempotency-key': 'twice' }
  const [first, second] = [
    await person.addTask({ labels: ['Home', 'home'] }, headers),
    await person.addTask({ description: 'ünï' }),
  ]
  await person.send(person.tasks, {
    method: 'POST',
    headers,
    json: { title: 'Pay the rent', labels: ['Home', 'home'] },
  })
  await patch(person, first.id, { description: 'longer than it was' })
  await patch(person, first.id, { due_time: '10:00', title: 'refused' })
  await patch(person, second.id, { description: null, labels: ['a', 'b', 'c'] })
  await person.send(`${person.tasks}/${second.id}/move`, { method: 'POST', json: { to: 'top' } })
  await trash(person, second.id)
  await bulk(person, [
    { action: 'create_task', value: { title: 'one' } },
    { action: 'update_task', id: first.id, changes: { title: 'Two' } },
    { action: 'restore_task', id: second.id },
    { action: 'delete_task', id: first.id },
  ])
  await bulk(person, [
    { action: 'create_task', value: { title: 'undone' } },
    { action: 'delete_task', id: randomUUID() },
  ])
  await importTasks(person, [
    { title: 'imported', labels: ['x'] },
    { title: 'twice' },
    { title: 'twice' },
    { title: '' },
    { id: second.id, title: 'taken' },
  ])
  expect(await person.isUsageRight()).toBe(true)
  await emptyTrash(person)
  expect(await person.isUsageRight()).toBe(true)
  expect((await titles(person)).length).toBeGreaterThan(2)
})
