import type { components } from '../../../sdk/contract.gen.ts'
import type { Person, Reply } from '../person.ts'
import { everyTask } from './every-task.ts'

type Schemas = components['schemas']
type Written = Promise<Reply<Schemas['LabelChanged'] & Schemas['Problem']>>

export const labelsOf = (person: Person): string => `/api/${person.id}/labels`
const pathOf = (person: Person, name: string) => `${labelsOf(person)}/${encodeURIComponent(name)}`

export const labelPage = async (person: Person, query = ''): Promise<Schemas['LabelPage']> =>
  (await person.send<Schemas['LabelPage']>(`${labelsOf(person)}?${query}`)).body

export const updateLabel = (
  person: Person,
  name: string,
  json: Schemas['LabelUpdate'],
  headers: Record<string, string> = {},
): Written => person.send(pathOf(person, name), { method: 'PATCH', json, headers })

export const deleteLabel = (person: Person, name: string): Written =>
  person.send(pathOf(person, name), { method: 'DELETE' })

/** The labels of the tasks that a filter finds, by their titles. */
export const labelsByTitle = async (
  person: Person,
  query = '',
): Promise<Record<string, string[]>> =>
  Object.fromEntries(
    (await everyTask(person, 'title', query)).map(({ title, labels }) => [title, labels]),
  )

export const changesOf = async (person: Person, since?: string): Promise<Schemas['Changes']> =>
  (
    await person.send<Schemas['Changes']>(
      `/api/${person.id}/changes${since === undefined ? '' : `?since=${since}`}`,
    )
  ).body
