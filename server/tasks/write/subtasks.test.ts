import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { addList } from '../../testing/data/lists.ts'
import {
  addChain,
  completeTask,
  deleteTask,
  patchTask,
  readTask,
  refusalOf,
  restoreTask,
  sortedTitles,
} from '../../testing/data/subtasks.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { newPerson, type Reply } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Created = Partial<Schemas['TaskCreate']>

const service = await startService({ keep: true })
afterEach(() => expectWholeTrees(service))
afterAll(service.close)

const idOf = (task: Task | undefined) => task?.id ?? ''

test('201: a subtask is in the list of its parent, and the parent counts it', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const parent = await person.addTask({ list_id: list.id })
  const subtask = await person.addTask({ parent_id: parent.id })
  expect(subtask).toMatchObject({ parent_id: parent.id, list_id: list.id })
  const done = await person.addTask({ parent_id: parent.id, list_id: list.id, completed: true })
  expect(done.list_id).toBe(list.id)
  const counted = await readTask(person, parent)
  expect(counted.subtasks).toEqual({ open: 1, done: 1 })
  expect(counted.etag).not.toBe(parent.etag)
})

test('200: what counts a subtask has a new etag with each change of the count', async () => {
  const person = await newPerson(service.url)
  const [parent, subtask] = (await addChain(person, 2)) as [Task, Task]
  const steps: [() => Promise<Reply>, Task['subtasks']][] = [
    [() => completeTask(person, subtask), { open: 0, done: 1 }],
    [() => patchTask(person, subtask, { completed: false }), { open: 1, done: 0 }],
    [() => deleteTask(person, subtask), { open: 0, done: 0 }],
    [() => restoreTask(person, subtask), { open: 1, done: 0 }],
    [() => patchTask(person, subtask, { parent_id: null }), { open: 0, done: 0 }],
    [
      () => patchTask(person, subtask, { parent_id: parent.id, completed: true }),
      { open: 0, done: 1 },
    ],
  ]
  for (const [step, subtasks] of steps) {
    const before = await readTask(person, parent)
    await step()
    const after = await readTask(person, parent)
    expect(after.subtasks).toEqual(subtasks)
    expect(after.etag).not.toBe(before.etag)
  }
  // A change of the subtask alone is none of the parent.
  const { etag } = await readTask(person, parent)
  await patchTask(person, subtask, { title: 'Renamed' })
  expect((await readTask(person, parent)).etag).toBe(etag)
})

test('422: a fifth level, another list than the parent, a parent that is not there', async () => {
  const person = await newPerson(service.url)
  const other = await newPerson(service.url)
  const [first, second, , fourth] = await addChain(person, 4)
  const list = await addList(person)
  const trashed = await person.addTask()
  await deleteTask(person, trashed)
  const create = (json: Created) =>
    person.send<Schemas['Problem']>(person.tasks, { method: 'POST', json: { title: 'x', ...json } })
  const deep = [422, 'too_deep', '/parent_id']
  const missing = [422, 'invalid_body', '/parent_id']
  const cycle = [422, 'would_be_its_own_ancestor', '/parent_id']
  const elsewhere = [422, 'invalid_body', '/list_id']
  expect(refusalOf(await create({ parent_id: idOf(fourth) }))).toEqual(deep)
  for (const parent_id of [randomUUID(), trashed.id, (await other.addTask()).id])
    expect(refusalOf(await create({ parent_id }))).toEqual(missing)
  expect(refusalOf(await create({ parent_id: idOf(first), list_id: list.id }))).toEqual(elsewhere)
  const [top] = (await addChain(person, 2)) as [Task]
  const move = async (task: Task | undefined, json: Schemas['TaskUpdate']) =>
    refusalOf(await patchTask(person, task as Task, json))
  expect(await move(top, { parent_id: idOf(fourth) })).toEqual(deep)
  expect(await move(top, { parent_id: trashed.id })).toEqual(missing)
  expect(await move(first, { parent_id: idOf(fourth) })).toEqual(cycle)
  expect(await move(first, { parent_id: idOf(first) })).toEqual(cycle)
  expect(await move(second, { list_id: list.id })).toEqual(elsewhere)
  expect(await readTask(person, first as Task)).toMatchObject({ subtasks: { open: 1, done: 0 } })
})

test('200: a task takes its subtasks along, to another parent, list, or out of both', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const [first, second, third] = (await addChain(person, 3)) as [Task, Task, Task]
  const home = await person.addTask({ title: 'Home', list_id: list.id })
  const kept = await readTask(person, third)
  expect((await patchTask(person, second, { parent_id: home.id })).body).toMatchObject({
    parent_id: home.id,
    list_id: list.id,
    subtasks: { open: 1, done: 0 },
  })
  const along = await readTask(person, third)
  expect(along).toMatchObject({ parent_id: second.id, list_id: list.id })
  expect(along.etag).not.toBe(kept.etag)
  expect(await readTask(person, first)).toMatchObject({ subtasks: { open: 0, done: 0 } })
  await patchTask(person, second, { parent_id: null, list_id: null })
  expect(await readTask(person, third)).toMatchObject({ parent_id: second.id, list_id: null })
  await patchTask(person, second, { list_id: list.id })
  expect(await readTask(person, third)).toMatchObject({ list_id: list.id })
  // Nothing changes where it is already.
  const { etag } = await readTask(person, third)
  await patchTask(person, second, { list_id: list.id, parent_id: null })
  expect((await readTask(person, third)).etag).toBe(etag)
})

test('200: lists the subtasks of a task, or the tasks that are none', async () => {
  const person = await newPerson(service.url)
  const [first] = (await addChain(person, 3)) as [Task]
  await person.addTask({ title: 'Alone' })
  expect(await sortedTitles(person, `&parent_id=${first.id}`)).toEqual(['Level 2'])
  expect(await sortedTitles(person, '&parent_id=none')).toEqual(['Alone', 'Level 1'])
})

test('422: of two tasks that move into each other at once, one does, 200 times', async () => {
  const person = await newPerson(service.url)
  const [a, b] = [await person.addTask({ title: 'a' }), await person.addTask({ title: 'b' })]
  for (let time = 0; time < 200; time += 1) {
    const moves = await Promise.all([
      patchTask(person, a, { parent_id: b.id }),
      patchTask(person, b, { parent_id: a.id }),
    ])
    const refused = moves.filter(({ status }) => status !== 200)
    expect(refused.map(refusalOf)).toEqual([[422, 'would_be_its_own_ancestor', '/parent_id']])
    const [first, second] = [await readTask(person, a), await readTask(person, b)]
    expect([first.parent_id, second.parent_id].filter((id) => id !== null)).toHaveLength(1)
    await patchTask(person, first.parent_id ? a : b, { parent_id: null })
  }
})

test('200: creating a subtask again finds it, also when its parent is in the trash', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const parent = await person.addTask({ list_id: list.id })
  const json = { id: randomUUID(), title: 'Below', parent_id: parent.id }
  const create = () => person.send<Task>(person.tasks, { method: 'POST', json })
  expect((await create()).status).toBe(201)
  expect((await create()).status).toBe(200)
  await deleteTask(person, parent)
  expect((await create()).status).toBe(200)
  const other = { ...json, title: 'Other' }
  expect((await person.send(person.tasks, { method: 'POST', json: other })).status).toBe(409)
})
