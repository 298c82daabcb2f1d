import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import {
  type Command,
  command,
  listIdAt,
  parentIdAt,
  type Side,
  sendWrite,
  taskAt,
  type User,
  type Where,
} from './commands.ts'
import { chosen, hangsInTheAir } from './members.ts'
import { differs, isOpen } from './model.ts'
import { countSubtasks, placeOf } from './trees.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

/** The members with the list and the parent that are meant. */
const placed = <Fields extends { list_id?: string | null; parent_id?: string | null }>(
  { list_id: _, parent_id: __, ...fields }: Fields,
  listId: string | undefined,
  parentId?: string | undefined,
) => ({
  ...fields,
  ...(listId === undefined ? {} : { list_id: listId }),
  ...(parentId === undefined ? {} : { parent_id: parentId }),
})

export function create(
  user: User,
  given: Schemas['TaskCreate'],
  keyed: boolean,
  where: Where = undefined,
  under: Where = undefined,
): Command {
  return command(
    `create(${user}, ${JSON.stringify(given)}${keyed ? ', keyed' : ''}, ${where}, ${under})`,
    (world) => {
      const parentId = parentIdAt(world[user], under)
      return created(world[user], placed(given, listIdAt(world, user, where), parentId), keyed)
    },
  )
}

/** A client that has a task sends it once more, as it is or with another title. */
export function createAgain(user: User, index: number, isSame: boolean): Command {
  return command(`createAgain(${user}, ${index}, ${isSame})`, async (world) => {
    const task = taskAt(world[user], index)
    if (!task) return
    const fields = creationOf(task)
    await created(world[user], isSame ? fields : { ...fields, title: randomUUID() }, false)
  })
}

async function created(side: Side, fields: Schemas['TaskCreate'], keyed: boolean): Promise<void> {
  const { account, person } = side
  const { status, headers, body } = await sendWrite(
    side,
    person.tasks,
    { method: 'POST', json: fields },
    keyed,
  )
  const place = placeOf(account, undefined, fields)
  const content = { ...chosen(fields), ...(place === 'refused' ? {} : place) }
  const there = account.tasks.find(({ id }) => id === fields.id)
  if (there && differs(there, content)) return expect(status).toBe(409)
  if (!there && (hangsInTheAir(content) || place === 'refused')) return expect(status).toBe(422)
  const parent = there ? undefined : account.tasks.find(({ id }) => id === content.parent_id)
  if (!there) account.version += parent ? 2 : 1
  const etag = there?.etag ?? `"${account.version}"`
  expect([status, headers.get('etag'), headers.get('location')]).toEqual([
    there ? 200 : 201,
    etag,
    `${person.tasks}/${body.id}`,
  ])
  if (there) return expect(body).toEqual(there)
  expect(body).toMatchObject({
    ...content,
    ...(fields.id ? { id: fields.id } : {}),
    user_id: person.id,
    etag,
    completed_at: content.completed ? expect.any(String) : null,
    subtasks: { open: 0, done: 0 },
  })
  account.tasks.push({ ...body })
  if (parent)
    Object.assign(parent, {
      subtasks: countSubtasks(account, parent.id),
      updated_at: body.updated_at,
      etag: `"${account.version - 1}"`,
    })
  account.order.push(body.id)
}

/** What its creator could have sent. */
function creationOf({
  user_id,
  completed_at,
  position,
  trashed_at,
  created_at,
  updated_at,
  etag,
  subtasks,
  series_id,
  next_task_id,
  ...fields
}: Task): Schemas['TaskCreate'] {
  return fields
}

/**
 * A file with new tasks, the first of them twice, and one that is there already, as it is or with
 * another title.
 */
export function importFile(
  user: User,
  given: Schemas['TaskCreate'][],
  index: number,
  isSame: boolean,
  where: Where,
): Command {
  return command(
    `importFile(${user}, ${JSON.stringify(given)}, ${index}, ${isSame}, ${where})`,
    async (world) => {
      const { account, person } = world[user]
      const there = taskAt(world[user], index)
      const fresh = given.map((fields) => ({
        id: randomUUID(),
        ...placed(fields, listIdAt(world, user, where)),
      }))
      const old = there ? [isSame ? there : { ...there, title: randomUUID() }] : []
      const items = [...fresh, ...fresh.slice(0, 1), ...old]
      const { status, body } = await person.send<Schemas['TaskImportReport']>(
        `/api/${person.id}/task-import`,
        { method: 'POST', json: { items } },
      )
      expect(status).toBe(200)
      const known = account.tasks.map(({ id }) => id)
      const expected = items.map(({ id, ...fields }, at) => {
        const isNew = !known.includes(id) && items.findIndex((item) => item.id === id) === at
        if (isNew)
          return hangsInTheAir(chosen(fields)) || !isOpen(account, fields.list_id)
            ? 'refused'
            : 'created'
        return id === there?.id && isSame ? 'unchanged' : 'refused'
      })
      expect(body.rows.map(({ outcome }) => outcome)).toEqual(expected)
      for (const { outcome, task_id, row } of body.rows) {
        if (outcome !== 'created') continue
        account.version += 1
        const { body: task } = await person.send<Task>(`${person.tasks}/${task_id}`)
        expect(task).toMatchObject({
          ...chosen(items[row - 1] as Schemas['TaskCreate']),
          id: items[row - 1]?.id,
          etag: `"${account.version}"`,
        })
        account.tasks.push(task)
        account.order.push(task.id)
      }
    },
  )
}
