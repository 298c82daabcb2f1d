import type { components } from '../../../sdk/contract.gen.ts'
import type { Person, Reply } from '../person.ts'
import { everyTask } from './every-task.ts'

type Schemas = components['schemas']

export const listsOf = (person: Person): string => `/api/${person.id}/lists`

export async function addList(person: Person, name = 'Home'): Promise<Schemas['List']> {
  const { status, body } = await person.send<Schemas['List']>(listsOf(person), {
    method: 'POST',
    json: { name },
  })
  if (status !== 201) throw new Error(`createList answered ${status} ${JSON.stringify(body)}`)
  return body
}

/** The names of a page of lists. */
export const namesOf = async (person: Person, query = ''): Promise<string[]> =>
  (await person.send<Schemas['ListPage']>(`${listsOf(person)}?${query}`)).body.items.map(
    ({ name }) => name,
  )

/** The titles of the tasks that a filter finds, in the manual order. */
export const titlesOf = async (person: Person, query: string): Promise<string[]> =>
  (await everyTask(person, 'position', query)).map(({ title }) => title)

/** Puts a task into a list, or into the Inbox. */
export const putInto = (
  person: Person,
  { id }: { id: string },
  list: { id: string } | null,
): Promise<Reply<Schemas['Task'] & Schemas['Problem']>> =>
  person.send(`${person.tasks}/${id}`, {
    method: 'PATCH',
    json: { list_id: list?.id ?? null },
  })

/** Makes a task a subtask of another one, or of none. */
export const putUnder = (
  person: Person,
  { id }: { id: string },
  parent: { id: string } | null,
): Promise<Reply<Schemas['Task'] & Schemas['Problem']>> =>
  person.send(`${person.tasks}/${id}`, {
    method: 'PATCH',
    json: { parent_id: parent?.id ?? null },
  })
