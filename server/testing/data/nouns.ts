import type { Person } from '../person.ts'

/** How tests make one resource of each kind: by the name that its id has in a path. */
export const NOUNS: Record<string, { path: string; body: object }> = {
  task: { path: 'tasks', body: { title: 'Pay the rent' } },
  list: { path: 'lists', body: { name: 'Home' } },
}

/** The kind of resource that an operation is about; undefined where it has none in its path. */
export const nounOf = ({ template }: { template: string }): string | undefined =>
  Object.keys(NOUNS).find((noun) => template.includes(`{${noun}_id}`))

/** A new resource of this kind. */
export async function addResource(
  person: Person,
  noun: string,
): Promise<{ id: string; etag: string }> {
  const kind = NOUNS[noun]
  if (!kind) throw new Error(`There is no ${noun}`)
  const { status, body } = await person.send<{ id: string; etag: string }>(
    `/api/${person.id}/${kind.path}`,
    { method: 'POST', json: kind.body },
  )
  if (status !== 201) throw new Error(`A ${noun} was not created: ${status}`)
  return body
}
