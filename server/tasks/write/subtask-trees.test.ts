import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { addList } from '../../testing/data/lists.ts'
import {
  addChain,
  completeTask,
  deleteTask,
  readTask,
  refusalOf,
  restoreTask,
  sortedTitles,
} from '../../testing/data/subtasks.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { newPerson } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

const service = await startService({ keep: true })
afterEach(() => expectWholeTrees(service))
afterAll(service.close)

const idOf = (task: Task | undefined) => task?.id ?? ''

test('200: completes and reopens a task alone, or with its subtasks of all levels', async () => {
  const person = await newPerson(service.url)
  const [first, second, third] = (await addChain(person, 3)) as [Task, Task, Task]
  const finished = await person.addTask({ parent_id: first.id, completed: true })
  const trashed = await person.addTask({ parent_id: first.id })
  await deleteTask(person, trashed)
  await completeTask(person, first, { completed: true })
  expect(await readTask(person, second)).toMatchObject({ completed: false })
  const { body } = await completeTask(person, first, { completed: true, subtasks: 'include' })
  expect(body).toMatchObject({ completed: true, subtasks: { open: 0, done: 2 } })
  for (const task of [second, third])
    expect(await readTask(person, task)).toMatchObject({ completed: true })
  expect(await readTask(person, second)).toMatchObject({ subtasks: { open: 0, done: 1 } })
  // What was done before keeps its time, and a repetition changes nothing.
  expect(await readTask(person, finished)).toEqual(finished)
  const again = await completeTask(person, first, { completed: true, subtasks: 'include' })
  expect(again.body.etag).toBe(body.etag)
  await completeTask(person, first, { completed: false, subtasks: 'include' })
  expect(await readTask(person, first)).toMatchObject({ subtasks: { open: 2, done: 0 } })
  expect(await sortedTitles(person, '&completed=true')).toEqual([])
  expect((await restoreTask(person, trashed)).body.completed).toBe(false)
})

test('204, 200: a task goes to the trash with its subtasks, and brings those back', async () => {
  const person = await newPerson(service.url)
  const [first, second, third] = (await addChain(person, 3)) as [Task, Task, Task]
  const earlier = await person.addTask({ title: 'Earlier', parent_id: first.id })
  await deleteTask(person, earlier)
  await deleteTask(person, first)
  expect(await sortedTitles(person)).toEqual([])
  expect((await restoreTask(person, first)).body.subtasks).toEqual({ open: 1, done: 0 })
  expect(await sortedTitles(person)).toEqual(['Level 1', 'Level 2', 'Level 3'])
  expect(await readTask(person, third)).toMatchObject({ parent_id: second.id })
  expect((await restoreTask(person, earlier)).body.parent_id).toBe(first.id)
})

test('200: a subtask that is restored without its parent has none, and keeps its own', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const [first, second, third] = (await addChain(person, 3, { list_id: list.id })) as Task[]
  const apart = await person.addTask({ title: 'Apart', parent_id: idOf(third) })
  await deleteTask(person, apart)
  await deleteTask(person, first as Task)
  expect((await restoreTask(person, second as Task)).body).toMatchObject({
    parent_id: null,
    list_id: list.id,
    subtasks: { open: 1, done: 0 },
  })
  expect(await sortedTitles(person)).toEqual(['Level 2', 'Level 3'])
  // What stayed in the trash still belongs to its parent.
  expect((await restoreTask(person, apart)).body.parent_id).toBe(idOf(third))
  await restoreTask(person, first as Task)
  expect(await sortedTitles(person)).toEqual(['Apart', 'Level 1', 'Level 2', 'Level 3'])
  expect((await readTask(person, first as Task)).subtasks).toEqual({ open: 0, done: 0 })
})

test('200: a list takes trees to the trash and brings them back as they were', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const path = `/api/${person.id}/lists/${list.id}`
  const [first, second] = (await addChain(person, 3, { list_id: list.id })) as [Task, Task]
  await deleteTask(person, second)
  await person.addTask({ title: 'Other', parent_id: first.id, completed: true })
  await person.send(path, { method: 'DELETE' })
  expect(await sortedTitles(person)).toEqual([])
  await person.send(`${path}/restore`, { method: 'POST' })
  expect(await sortedTitles(person)).toEqual(['Level 1', 'Other'])
  expect((await readTask(person, first)).subtasks).toEqual({ open: 0, done: 1 })
  await person.send(path, { method: 'DELETE' })
  // Without the list, a task comes back to the Inbox with what it has.
  expect((await restoreTask(person, first)).body).toMatchObject({
    list_id: null,
    subtasks: { open: 0, done: 1 },
  })
  expect(await sortedTitles(person, '&list_id=inbox')).toEqual(['Level 1', 'Other'])
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
      deleteTask(person, parent),
    ])
    if (made.status !== 201) expect(refusalOf(made)).toEqual([422, 'invalid_body', '/parent_id'])
  }
  expect(await sortedTitles(person)).toEqual([])
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
  await deleteTask(person, first)
  const empty = () => person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  expect((await empty()).body).toEqual({ purged: 1_000, is_empty: false })
  // Those that are left come back with their parent.
  expect((await restoreTask(person, first)).body.subtasks).toEqual({ open: 200, done: 0 })
  await deleteTask(person, first)
  expect((await empty()).body).toEqual({ purged: 201, is_empty: true })
})

test('200: a list brings back what went with it, not with a task of the same id', async () => {
  const person = await newPerson(service.url)
  const parent = await person.addTask({ title: 'Parent' })
  const lists = `/api/${person.id}/lists`
  const list = { id: parent.id, name: 'Same id' }
  await person.send(lists, { method: 'POST', json: list })
  await person.addTask({ title: 'Child', parent_id: parent.id })
  await deleteTask(person, parent)
  await person.send(`${lists}/${list.id}`, { method: 'DELETE' })
  await person.send(`${lists}/${list.id}/restore`, { method: 'POST' })
  expect(await sortedTitles(person)).toEqual([])
  await restoreTask(person, parent)
  expect(await sortedTitles(person)).toEqual(['Child', 'Parent'])
})
