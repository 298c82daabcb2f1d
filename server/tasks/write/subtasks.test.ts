import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { newPerson, type Person, type Reply } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Created = Partial<Schemas['TaskCreate']>

const service = await startService({ keep: true })
afterEach(() => expectWholeTrees(service))
afterAll(service.close)

const patch = (person: Person, task: { id: string }, json: Schemas['TaskUpdate']) =>
  person.send<Task & Schemas['Problem']>(`${person.tasks}/${task.id}`, { method: 'PATCH', json })
const read = async (person: Person, { id }: { id: string }) =>
  (await person.send<Task>(`${person.tasks}/${id}`)).body
const remove = (person: Person, { id }: { id: string }) =>
  person.send(`${person.tasks}/${id}`, { method: 'DELETE' })
const restore = (person: Person, { id }: { id: string }) =>
  person.send<Task>(`${person.tasks}/${id}/restore`, { method: 'POST' })
const complete = (person: Person, { id }: { id: string }, json?: Schemas['TaskCompletion']) =>
  person.send<Task>(`${person.tasks}/${id}/complete`, {
    method: 'PATCH',
    ...(json ? { json } : {}),
  })
const newList = async (person: Person, name = 'Home') =>
  (
    await person.send<Schemas['List']>(`/api/${person.id}/lists`, {
      method: 'POST',
      json: { name },
    })
  ).body
const codeOf = ({ status, body }: Reply<Partial<Schemas['Problem']>>) => [
  status,
  body.code,
  body.errors?.[0]?.pointer,
]

/** A task with a subtask on each level below it. */
async function chain(person: Person, length: number, fields: Created = {}): Promise<Task[]> {
  const tasks: Task[] = []
  for (let level = 1; level <= length; level += 1)
    tasks.push(
      await person.addTask({
        title: `Level ${level}`,
        ...(level === 1 ? fields : { parent_id: tasks.at(-1)?.id ?? null }),
      }),
    )
  return tasks
}

/** The ids of the tasks that are not in the trash, by their titles. */
async function titles(person: Person, query = ''): Promise<string[]> {
  const { body } = await person.send<Schemas['TaskPage']>(`${person.tasks}?limit=200${query}`)
  return body.items.map(({ title }) => title).sort()
}

const idOf = (task: Task | undefined) => task?.id ?? ''

test('201: a subtask is in the list of its parent, and the parent counts it', async () => {
  const person = await newPerson(service.url)
  const list = await newList(person)
  const parent = await person.addTask({ list_id: list.id })
  const subtask = await person.addTask({ parent_id: parent.id })
  expect(subtask).toMatchObject({ parent_id: parent.id, list_id: list.id })
  const done = await person.addTask({ parent_id: parent.id, list_id: list.id, completed: true })
  expect(done.list_id).toBe(list.id)
  const counted = await read(person, parent)
  expect(counted.subtasks).toEqual({ open: 1, done: 1 })
  expect(counted.etag).not.toBe(parent.etag)
})

test('200: what counts a subtask has a new etag with each change of the count', async () => {
  const person = await newPerson(service.url)
  const [parent, subtask] = (await chain(person, 2)) as [Task, Task]
  const steps: [() => Promise<Reply>, Task['subtasks']][] = [
    [() => complete(person, subtask), { open: 0, done: 1 }],
    [() => patch(person, subtask, { completed: false }), { open: 1, done: 0 }],
    [() => remove(person, subtask), { open: 0, done: 0 }],
    [() => restore(person, subtask), { open: 1, done: 0 }],
    [() => patch(person, subtask, { parent_id: null }), { open: 0, done: 0 }],
    [() => patch(person, subtask, { parent_id: parent.id, completed: true }), { open: 0, done: 1 }],
  ]
  for (const [step, subtasks] of steps) {
    const before = await read(person, parent)
    await step()
    const after = await read(person, parent)
    expect(after.subtasks).toEqual(subtasks)
    expect(after.etag).not.toBe(before.etag)
  }
  // A change of the subtask alone is none of the parent.
  const { etag } = await read(person, parent)
  await patch(person, subtask, { title: 'Renamed' })
  expect((await read(person, parent)).etag).toBe(etag)
})

test('422: a fifth level, another list than the parent, a parent that is not there', async () => {
  const person = await newPerson(service.url)
  const other = await newPerson(service.url)
  const [first, second, , fourth] = await chain(person, 4)
  const list = await newList(person)
  const trashed = await person.addTask()
  await remove(person, trashed)
  const create = (json: Created) =>
    person.send<Schemas['Problem']>(person.tasks, { method: 'POST', json: { title: 'x', ...json } })
  const deep = [422, 'too_deep', '/parent_id']
  const missing = [422, 'invalid_body', '/parent_id']
  const cycle = [422, 'would_be_its_own_ancestor', '/parent_id']
  const elsewhere = [422, 'invalid_body', '/list_id']
  expect(codeOf(await create({ parent_id: idOf(fourth) }))).toEqual(deep)
  for (const parent_id of [randomUUID(), trashed.id, (await other.addTask()).id])
    expect(codeOf(await create({ parent_id }))).toEqual(missing)
  expect(codeOf(await create({ parent_id: idOf(first), list_id: list.id }))).toEqual(elsewhere)
  const [top] = (await chain(person, 2)) as [Task]
  const move = async (task: Task | undefined, json: Schemas['TaskUpdate']) =>
    codeOf(await patch(person, task as Task, json))
  expect(await move(top, { parent_id: idOf(fourth) })).toEqual(deep)
  expect(await move(top, { parent_id: trashed.id })).toEqual(missing)
  expect(await move(first, { parent_id: idOf(fourth) })).toEqual(cycle)
  expect(await move(first, { parent_id: idOf(first) })).toEqual(cycle)
  expect(await move(second, { list_id: list.id })).toEqual(elsewhere)
  expect(await read(person, first as Task)).toMatchObject({ subtasks: { open: 1, done: 0 } })
})

test('200: a task takes its subtasks along, to another parent, list, or out of both', async () => {
  const person = await newPerson(service.url)
  const list = await newList(person)
  const [first, second, third] = (await chain(person, 3)) as [Task, Task, Task]
  const home = await person.addTask({ title: 'Home', list_id: list.id })
  const kept = await read(person, third)
  expect((await patch(person, second, { parent_id: home.id })).body).toMatchObject({
    parent_id: home.id,
    list_id: list.id,
    subtasks: { open: 1, done: 0 },
  })
  const along = await read(person, third)
  expect(along).toMatchObject({ parent_id: second.id, list_id: list.id })
  expect(along.etag).not.toBe(kept.etag)
  expect(await read(person, first)).toMatchObject({ subtasks: { open: 0, done: 0 } })
  await patch(person, second, { parent_id: null, list_id: null })
  expect(await read(person, third)).toMatchObject({ parent_id: second.id, list_id: null })
  await patch(person, second, { list_id: list.id })
  expect(await read(person, third)).toMatchObject({ list_id: list.id })
  // Nothing changes where it is already.
  const { etag } = await read(person, third)
  await patch(person, second, { list_id: list.id, parent_id: null })
  expect((await read(person, third)).etag).toBe(etag)
})

test('200: completes and reopens a task alone, or with its subtasks of all levels', async () => {
  const person = await newPerson(service.url)
  const [first, second, third] = (await chain(person, 3)) as [Task, Task, Task]
  const finished = await person.addTask({ parent_id: first.id, completed: true })
  const trashed = await person.addTask({ parent_id: first.id })
  await remove(person, trashed)
  await complete(person, first, { completed: true })
  expect(await read(person, second)).toMatchObject({ completed: false })
  const { body } = await complete(person, first, { completed: true, subtasks: 'include' })
  expect(body).toMatchObject({ completed: true, subtasks: { open: 0, done: 2 } })
  for (const task of [second, third])
    expect(await read(person, task)).toMatchObject({ completed: true })
  expect(await read(person, second)).toMatchObject({ subtasks: { open: 0, done: 1 } })
  // What was done before keeps its time, and a repetition changes nothing.
  expect(await read(person, finished)).toEqual(finished)
  const again = await complete(person, first, { completed: true, subtasks: 'include' })
  expect(again.body.etag).toBe(body.etag)
  await complete(person, first, { completed: false, subtasks: 'include' })
  expect(await read(person, first)).toMatchObject({ subtasks: { open: 2, done: 0 } })
  expect(await titles(person, '&completed=true')).toEqual([])
  expect((await restore(person, trashed)).body.completed).toBe(false)
})

test('204, 200: a task goes to the trash with its subtasks, and brings those back', async () => {
  const person = await newPerson(service.url)
  const [first, second, third] = (await chain(person, 3)) as [Task, Task, Task]
  const earlier = await person.addTask({ title: 'Earlier', parent_id: first.id })
  await remove(person, earlier)
  await remove(person, first)
  expect(await titles(person)).toEqual([])
  expect((await restore(person, first)).body.subtasks).toEqual({ open: 1, done: 0 })
  expect(await titles(person)).toEqual(['Level 1', 'Level 2', 'Level 3'])
  expect(await read(person, third)).toMatchObject({ parent_id: second.id })
  expect((await restore(person, earlier)).body.parent_id).toBe(first.id)
})

test('200: a subtask that is restored without its parent has none, and keeps its own', async () => {
  const person = await newPerson(service.url)
  const list = await newList(person)
  const [first, second, third] = (await chain(person, 3, { list_id: list.id })) as Task[]
  const apart = await person.addTask({ title: 'Apart', parent_id: idOf(third) })
  await remove(person, apart)
  await remove(person, first as Task)
  expect((await restore(person, second as Task)).body).toMatchObject({
    parent_id: null,
    list_id: list.id,
    subtasks: { open: 1, done: 0 },
  })
  expect(await titles(person)).toEqual(['Level 2', 'Level 3'])
  // What stayed in the trash still belongs to its parent.
  expect((await restore(person, apart)).body.parent_id).toBe(idOf(third))
  await restore(person, first as Task)
  expect(await titles(person)).toEqual(['Apart', 'Level 1', 'Level 2', 'Level 3'])
  expect((await read(person, first as Task)).subtasks).toEqual({ open: 0, done: 0 })
})

test('200: a list takes trees to the trash and brings them back as they were', async () => {
  const person = await newPerson(service.url)
  const list = await newList(person)
  const path = `/api/${person.id}/lists/${list.id}`
  const [first, second] = (await chain(person, 3, { list_id: list.id })) as [Task, Task]
  await remove(person, second)
  await person.addTask({ title: 'Other', parent_id: first.id, completed: true })
  await person.send(path, { method: 'DELETE' })
  expect(await titles(person)).toEqual([])
  await person.send(`${path}/restore`, { method: 'POST' })
  expect(await titles(person)).toEqual(['Level 1', 'Other'])
  expect((await read(person, first)).subtasks).toEqual({ open: 0, done: 1 })
  await person.send(path, { method: 'DELETE' })
  // Without the list, a task comes back to the Inbox with what it has.
  expect((await restore(person, first)).body).toMatchObject({
    list_id: null,
    subtasks: { open: 0, done: 1 },
  })
  expect(await titles(person, '&list_id=inbox')).toEqual(['Level 1', 'Other'])
})

test('200: lists the subtasks of a task, or the tasks that are none', async () => {
  const person = await newPerson(service.url)
  const [first] = (await chain(person, 3)) as [Task]
  await person.addTask({ title: 'Alone' })
  expect(await titles(person, `&parent_id=${first.id}`)).toEqual(['Level 2'])
  expect(await titles(person, '&parent_id=none')).toEqual(['Alone', 'Level 1'])
})

test('409: more than 2,000 subtasks are not changed at once, and nothing is', async () => {
  const person = await newPerson(service.url)
  const list = await newList(person)
  const first = await person.addTask({ title: 'First' })
  const half = await person.addTask({ title: 'Half', parent_id: first.id })
  const fill = (parent: Task, count: number) =>
    person.send(`/api/${person.id}/task-import`, {
      method: 'POST',
      json: {
        items: Array.from({ length: count }, (_, index) => ({
          title: `${parent.title} ${index}`,
          parent_id: parent.id,
        })),
      },
    })
  await fill(first, 1_000)
  await fill(half, 1_000)
  const tooMany = [409, 'too_many_subtasks', undefined]
  const { etag } = await read(person, first)
  for (const refused of [
    await remove(person, first),
    await complete(person, first, { completed: true, subtasks: 'include' }),
    await patch(person, first, { list_id: list.id }),
  ])
    expect(codeOf(refused as Reply<Schemas['Problem']>)).toEqual(tooMany)
  expect((await read(person, first)).etag).toBe(etag)
  // One less is as much as there may be.
  const one = (await person.send<Schemas['TaskPage']>(`${person.tasks}?parent_id=${half.id}`)).body
  await remove(person, one.items[0] as Task)
  await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  for (const done of [
    await patch(person, first, { list_id: list.id }),
    await complete(person, first, { completed: true, subtasks: 'include' }),
    await remove(person, first),
    await restore(person, first),
  ])
    expect(done.status).toBeLessThan(300)
  expect(await titles(person, '&q=half')).toHaveLength(200)
})

test('422: of two tasks that move into each other at once, one does, 200 times', async () => {
  const person = await newPerson(service.url)
  const [a, b] = [await person.addTask({ title: 'a' }), await person.addTask({ title: 'b' })]
  for (let time = 0; time < 200; time += 1) {
    const moves = await Promise.all([
      patch(person, a, { parent_id: b.id }),
      patch(person, b, { parent_id: a.id }),
    ])
    const refused = moves.filter(({ status }) => status !== 200)
    expect(refused.map(codeOf)).toEqual([[422, 'would_be_its_own_ancestor', '/parent_id']])
    const [first, second] = [await read(person, a), await read(person, b)]
    expect([first.parent_id, second.parent_id].filter((id) => id !== null)).toHaveLength(1)
    await patch(person, first.parent_id ? a : b, { parent_id: null })
  }
})

test('422: of a task that goes to the trash while subtasks are created, none is left', async () => {
  const person = await newPerson(service.url)
  for (let time = 0; time < 100; time += 1) {
    const parent = await person.addTask()
    const [made] = await Promise.all([
      person.send<Schemas['Problem']>(person.tasks, {
        method: 'POST',
        json: { title: 'Below', parent_id: parent.id },
      }),
      remove(person, parent),
    ])
    if (made.status !== 201) expect(codeOf(made)).toEqual([422, 'invalid_body', '/parent_id'])
  }
  expect(await titles(person)).toEqual([])
})

test('200: the trash is purged from the lowest level up, a thousand at a time', async () => {
  const person = await newPerson(service.url)
  const first = await person.addTask({ title: 'First' })
  await person.send(`/api/${person.id}/task-import`, {
    method: 'POST',
    json: {
      items: Array.from({ length: 1_200 }, (_, n) => ({ title: `${n}`, parent_id: first.id })),
    },
  })
  await remove(person, first)
  const empty = () => person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  expect((await empty()).body).toEqual({ purged: 1_000, is_empty: false })
  // Those that are left come back with their parent.
  expect((await restore(person, first)).body.subtasks).toEqual({ open: 200, done: 0 })
  await remove(person, first)
  expect((await empty()).body).toEqual({ purged: 201, is_empty: true })
})
