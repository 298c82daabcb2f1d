import type { components } from '../../sdk/contract.gen.ts'
import type { Person, Reply } from './person.ts'

type Schemas = components['schemas']

/** A file that a person downloads, as text. */
export async function downloaded(person: Person, name: string): Promise<string> {
  const { status, body } = await person.send<unknown>(`/api/${person.id}/${name}`)
  if (status !== 200) throw new Error(`${name} answered ${status} ${JSON.stringify(body)}`)
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** Sends a file to be imported, as JSON or, where it does not begin like that, as CSV. */
export function imported(
  person: Person,
  file: string,
  headers: Record<string, string> = {},
): Promise<Reply<Schemas['TaskImportReport']>> {
  const type = file.startsWith('{') ? 'application/json' : 'text/csv'
  return person.send(`/api/${person.id}/task-import`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: file,
  })
}
