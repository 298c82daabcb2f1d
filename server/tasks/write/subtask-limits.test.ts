import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { addList } from '../../testing/data/lists.ts'
import {
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

const service = await startService({ keep: true })
afterEach(() => expectWholeTrees(service))
afterAll(service.close)

test('409: more than 2,000 subtasks are not changed at once, and nothing is', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
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
  const { etag } = await readTask(person, first)
  for (const refused of [
    await deleteTask(person, first),
    await completeTask(person, first, { completed: true, subtasks: 'include' }),
    await patchTask(person, first, { list_id: list.id }),
  ])
    expect(refusalOf(refused as Reply<Schemas['Problem']>)).toEqual(tooMany)
  expect((await readTask(person, first)).etag).toBe(etag)
  // The place that it has is no other one.
  const same = { list_id: null, parent_id: null, title: 'Renamed' }
  expect((await patchTask(person, first, same)).status).toBe(200)
  // What comes back is as much as went.
  await deleteTask(person, half)
  await deleteTask(person, first)
  expect((await restoreTask(person, first)).status).toBe(200)
  expect((await restoreTask(person, half)).status).toBe(200)
  // One less is as much as there may be.
  const one = (await person.send<Schemas['TaskPage']>(`${person.tasks}?parent_id=${half.id}`)).body
  await deleteTask(person, one.items[0] as Task)
  await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  for (const done of [
    await patchTask(person, first, { list_id: list.id }),
    await completeTask(person, first, { completed: true, subtasks: 'include' }),
    await deleteTask(person, first),
    await restoreTask(person, first),
  ])
    expect(done.status).toBeLessThan(300)
  expect(await sortedTitles(person, '&q=half')).toHaveLength(200)
})

test('409: more than 1 MB of text is too much to change with its task', async () => {
  const person = await newPerson(service.url)
  const list = await addList(person)
  const top = await person.addTask()
  const description = 'a b '.repeat(4_000)
  const subtasks = []
  for (let count = 0; count < 63; count += 1)
    subtasks.push(await person.addTask({ description, parent_id: top.id }))
  const tooMuch = [409, 'too_many_subtasks', undefined]
  for (const refused of [
    await deleteTask(person, top),
    await completeTask(person, top, { completed: true, subtasks: 'include' }),
    await patchTask(person, top, { list_id: list.id }),
  ])
    expect(refusalOf(refused as Reply<Schemas['Problem']>)).toEqual(tooMuch)
  await deleteTask(person, subtasks[0] as Task)
  expect((await deleteTask(person, top)).status).toBe(204)
})
