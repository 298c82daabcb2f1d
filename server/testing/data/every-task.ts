import type { components } from '../../../sdk/contract.gen.ts'
import type { Person } from '../person.ts'

type Schemas = components['schemas']

/** Every task, the whole list, in this order. */
export async function everyTask(
  person: Person,
  sort = 'position',
  more = '',
): Promise<Schemas['Task'][]> {
  const tasks: Schemas['Task'][] = []
  let cursor = ''
  do {
    const { body } = await person.send<Schemas['TaskPage']>(
      `${person.tasks}?limit=200&sort=${sort}${more}${cursor && `&cursor=${cursor}`}`,
    )
    tasks.push(...body.items)
    cursor = body.next_cursor ?? ''
  } while (cursor !== '')
  return tasks
}
