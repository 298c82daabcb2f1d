import type { components } from '../../../sdk/contract.gen.ts'
import type { Person, Reply } from '../person.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Identified = Pick<Task, 'id'>

export const patchTask = (
  person: Person,
  { id }: Identified,
  json: Schemas['TaskUpdate'],
): Promise<Reply<Task & Schemas['Problem']>> =>
  person.send(`${person.tasks}/${id}`, { method: 'PATCH', json })
export const readTask = async (person: Person, { id }: Identified): Promise<Task> =>
  (await person.send<Task>(`${person.tasks}/${id}`)).body
export const deleteTask = (person: Person, { id }: Identified): Promise<Reply> =>
  person.send(`${person.tasks}/${id}`, { method: 'DELETE' })
export const restoreTask = (person: Person, { id }: Identified): Promise<Reply<Task>> =>
  person.send(`${person.tasks}/${id}/restore`, { method: 'POST' })
export const completeTask = (
  person: Person,
  { id }: Identified,
  json?: Schemas['TaskCompletion'],
): Promise<Reply<Task>> =>
  person.send(`${person.tasks}/${id}/complete`, { method: 'PATCH', ...(json ? { json } : {}) })

/** A task with a subtask on each level below it. */
export async function addChain(
  person: Person,
  length: number,
  fields: Partial<Schemas['TaskCreate']> = {},
): Promise<Task[]> {
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

/** The titles of a page of tasks, in their order as texts. */
export async function sortedTitles(person: Person, query = ''): Promise<string[]> {
  const { body } = await person.send<Schemas['TaskPage']>(`${person.tasks}?limit=200${query}`)
  return body.items.map(({ title }) => title).sort()
}

/** Status, code and place of a refusal. */
export const refusalOf = ({ status, body }: Reply<Partial<Schemas['Problem']>>) => [
  status,
  body.code,
  body.errors?.[0]?.pointer,
]
