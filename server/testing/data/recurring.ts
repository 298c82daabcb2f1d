import type { components } from '../../../sdk/contract.gen.ts'
import type { Person } from '../person.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Rule = Schemas['RecurrenceInput']

export const MONDAYS = { rule: 'FREQ=WEEKLY;BYDAY=MO', from: 'due', missed: 'skip' } as const

export const complete = (person: Person, { id }: Task, json?: object, headers = {}) =>
  person.send<Task & Schemas['Problem']>(`${person.tasks}/${id}/complete`, {
    method: 'PATCH',
    headers,
    ...(json ? { json } : {}),
  })
export const completeOn = (person: Person, task: Task, day: string) =>
  complete(person, task, { completed: true, completed_on: day })
export const skip = (person: Person, { id }: Task, json: object = {}, headers = {}) =>
  person.send<Task & Schemas['Problem']>(`${person.tasks}/${id}/skip`, {
    method: 'POST',
    json,
    headers,
  })
/** The open tasks by the day on which they are due. */
export const open = async (person: Person) =>
  (await person.send<Schemas['TaskPage']>(`${person.tasks}?completed=false&sort=due&limit=200`))
    .body.items
export const recurring = (
  person: Person,
  recurrence: Rule,
  fields: Partial<Schemas['TaskCreate']> = {},
) => person.addTask({ title: 'Standup', due_date: '2026-11-02', recurrence, ...fields })
