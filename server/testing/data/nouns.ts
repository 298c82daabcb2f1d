import type { Person } from '../person.ts'

interface Noun {
  /** What names one in a path. */
  parameter: string
  /** How tests make one. */
  path: string
  body: object
  /** What a path names it by; absent: its id. */
  name?: string
}

/** The kinds of resources that paths name. */
export const NOUNS: Record<string, Noun> = {
  task: {
    parameter: '{task_id}',
    path: 'tasks',
    body: { title: 'Pay the rent', due_date: '2026-12-01', recurrence: { rule: 'FREQ=MONTHLY' } },
  },
  list: { parameter: '{list_id}', path: 'lists', body: { name: 'Home' } },
  label: {
    parameter: '{name}',
    path: 'tasks',
    body: { title: 'Pay the rent', labels: ['home'] },
    name: 'home',
  },
}

/** The kind of resource that an operation is about; undefined where it has none in its path. */
export const nounOf = ({ template }: { template: string }): string | undefined =>
  Object.keys(NOUNS).find((noun) => template.includes(NOUNS[noun]?.parameter ?? ''))

/** A new resource of this kind; as its id what a path names it by. */
export async function addResource(person: Person, noun: string): Promise<{ id: string }> {
  const kind = NOUNS[noun]
  if (!kind) throw new Error(`There is no ${noun}`)
  const { status, body } = await person.send<{ id: string }>(`/api/${person.id}/${kind.path}`, {
    method: 'POST',
    json: kind.body,
  })
  if (status !== 201) throw new Error(`A ${noun} was not created: ${status}`)
  return { id: kind.name ?? body.id }
}
