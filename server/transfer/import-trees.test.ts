import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { addList } from '../testing/data/lists.ts'
import { expectWholeTrees } from '../testing/data/trees.ts'
import { newPerson, type Person } from '../testing/person.ts'
import { startService } from '../testing/service.ts'

type Schemas = components['schemas']
type Row = Schemas['ImportedTask']

const service = await startService({ keep: true })
afterEach(() => expectWholeTrees(service))
afterAll(service.close)

const idOf = (n: number) => `0199c2f0-0000-7000-8000-${String(n).padStart(12, '0')}`
const row = (n: number, parent: number | null, more: Partial<Row> = {}): Row => ({
  id: idOf(n),
  title: `Task ${n}`,
  parent_id: parent === null ? null : idOf(parent),
  ...more,
})
/** The outcomes of a file, each refusal by the pointer and sentence of its reason. */
async function imported(person: Person, items: Row[]): Promise<string[]> {
  const { body } = await person.send<Schemas['TaskImportReport']>(`/api/${person.id}/task-import`, {
    method: 'POST',
    json: { items },
  })
  return body.rows.map(({ outcome, errors }) =>
    errors ? `${errors[0]?.pointer} ${errors[0]?.detail}` : outcome,
  )
}
const MISSING = '/parent_id Is not the id of a task.'

test('subtasks are created under their parents, in any order of the rows', async () => {
  const ada = await newPerson(service.url)
  const list = await addList(ada)
  const items = [row(3, 2), row(2, 1, { completed: true }), row(1, null, { list_id: list.id })]
  expect(await imported(ada, items)).toEqual(['created', 'created', 'created'])
  const tasks = await everyTask(ada, 'position')
  expect(tasks.map(({ title, parent_id, list_id }) => [title, parent_id, list_id])).toEqual([
    ['Task 3', idOf(2), list.id],
    ['Task 2', idOf(1), list.id],
    ['Task 1', null, list.id],
  ])
  expect(tasks.map(({ subtasks }) => subtasks)).toEqual([
    { open: 0, done: 0 },
    { open: 1, done: 0 },
    { open: 0, done: 1 },
  ])
  expect(await imported(ada, items)).toEqual(['unchanged', 'unchanged', 'unchanged'])
})

test('subtasks of a task that exists already count into it', async () => {
  const ada = await newPerson(service.url)
  const parent = await ada.addTask()
  expect(await imported(ada, [{ title: 'Below', parent_id: parent.id }])).toEqual(['created'])
  const { body } = await ada.send<Schemas['Task']>(`${ada.tasks}/${parent.id}`)
  expect(body.subtasks).toEqual({ open: 1, done: 0 })
  expect(body.etag).not.toBe(parent.etag)
})

test('a row whose parent is not there, too deep or below the row itself is refused', async () => {
  const ada = await newPerson(service.url)
  const bob = await newPerson(service.url, 'bob')
  const [trashed, his] = [await ada.addTask(), await bob.addTask()]
  await ada.send(`${ada.tasks}/${trashed.id}`, { method: 'DELETE' })
  const chain = [1, 2, 3, 4, 5, 6].map((n) => row(n, n === 1 ? null : n - 1))
  const own = '/parent_id Is the task itself or one of its subtasks.'
  expect(
    await imported(ada, [
      ...chain,
      row(10, 11),
      row(11, 10),
      row(12, 12),
      row(20, 99),
      row(21, 20),
      { title: 'Under the trash', parent_id: trashed.id },
      { title: 'Under another user', parent_id: his.id },
      row(30, null, { due_time: '09:00' }),
      row(31, 30),
    ]),
  ).toEqual([
    ...['created', 'created', 'created', 'created'],
    '/parent_id Leaves a task below the fourth level.',
    MISSING,
    ...[own, own, own],
    ...[MISSING, MISSING, MISSING, MISSING],
    '/due_time Is a time without a day: due_time needs a due_date. To take the day away, set the ' +
      'time to null, too.',
    MISSING,
  ])
})

test('a subtask in the trash is under its parent only where that is not in the trash', async () => {
  const ada = await newPerson(service.url)
  const trashed_at = '2026-11-21T09:30:00.000Z'
  const items = [row(1, null), row(2, 1, { trashed_at }), row(3, 2, { trashed_at }), row(4, 2)]
  expect(await imported(ada, items)).toEqual(['created', 'created', 'created', MISSING])
  const { body } = await ada.send<Schemas['TaskPage']>(`${ada.tasks}?trashed=true&sort=title`)
  expect(body.items.map(({ parent_id }) => parent_id)).toEqual([idOf(1), null])
  expect(await imported(ada, items.slice(0, 3))).toEqual(['unchanged', 'unchanged', 'unchanged'])
})

test('where the quota ends, no subtask is taken without its parent', async () => {
  const small = await startService({ environment: { QUOTA_TASKS: '100' } })
  const ada = await newPerson(small.url)
  const items = [
    ...Array.from({ length: 60 }, (_, n) => row(100 + n, n)),
    ...Array.from({ length: 60 }, (_, n) => row(n, null)),
  ]
  const outcomes = await imported(ada, items)
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(100)
  expect(outcomes.slice(60)).toEqual(Array(60).fill('created'))
  await expectWholeTrees(small)
})
