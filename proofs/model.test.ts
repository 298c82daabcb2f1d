import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { components } from '../sdk/contract.gen.ts'
import { contract } from '../server/contract/document.ts'
import { newPerson, type Person, type Reply } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import { effort, seed } from './effort.ts'
import { NO_TASK } from './example-request.ts'
import type { Schema } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

// The server beside a few lines that say what it should be: random sequences of all task operations by two users,
// and after every step both hold the same.

type Schemas = components['schemas']
type Task = Schemas['Task']

const runs = effort({ embedded: 12, postgres: 60 })

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

/** What is known of a task; its times come from the server once, and are held to afterwards. */
type Known = Pick<Task, 'title' | 'description' | 'completed' | 'etag'> & Partial<Task>
interface Account {
  version: number
  /** Newest first. */
  tasks: Known[]
}
interface World {
  people: [Person, Person]
}
type Model = [Account, Account]

type WhichVersion = 'no If-Match' | 'the current one' | 'any' | 'one of several' | 'a stale one' | 'a weak one'
const VERSIONS: WhichVersion[] = ['no If-Match', 'the current one', 'any', 'one of several', 'a stale one', 'a weak one']

function ifMatch(which: WhichVersion, etag: string): Record<string, string> {
  const values = { 'the current one': etag, any: '*', 'one of several': `"999999", ${etag}`, 'a stale one': '"999999"', 'a weak one': `W/${etag}` }
  return which === 'no If-Match' ? {} : { 'if-match': values[which] }
}

const matches = (which: WhichVersion) => which !== 'a stale one' && which !== 'a weak one'

/** A write as both sides take it: what to send, and what the model becomes. */
interface Write {
  name: string
  send: (person: Person, path: string, headers: Record<string, string>) => Promise<Reply<Task>>
  /** The members it leaves; undefined: the task is gone. */
  after: (task: Known) => Partial<Known> | undefined
}

type Command = fc.AsyncCommand<Model, World>

function create(user: 0 | 1, fields: Schemas['TaskCreate']): Command {
  return {
    check: () => true,
    toString: () => `create(${user}, ${JSON.stringify(fields)})`,
    async run(model: Model, { people }: World) {
      const account = model[user]
      const person = people[user]
      const { status, headers, body } = await person.send<Task>(person.tasks, { method: 'POST', json: fields })
      expect(body.user_id).toBe(person.id)
      account.version += 1
      const etag = `"${account.version}"`
      expect([status, headers.get('etag'), headers.get('location')]).toEqual([201, etag, `${person.tasks}/${body.id}`])
      account.tasks.unshift({ ...body, title: fields.title, description: fields.description ?? null, completed: fields.completed ?? false, etag })
      await compare(model, people)
    },
  }
}

function change(user: 0 | 1, index: number, which: WhichVersion, write: Write, onOthers = false): Command {
  return {
    check: () => true,
    toString: () => `${write.name}(${user}, ${index}, ${which}${onOthers ? ', of the other' : ''})`,
    async run(model: Model, { people }: World) {
      const account = model[user]
      const person = people[user]
      // Now and then another user's task under one's own path: to its caller it is not there.
      const tasks = onOthers ? [] : account.tasks
      const target = tasks[index % Math.max(tasks.length, 1)]
      const id = target?.id ?? (onOthers ? model[1 - user]?.tasks[0]?.id : undefined) ?? NO_TASK
      const reply = await write.send(person, `${person.tasks}/${id}`, ifMatch(which, target?.etag ?? '"1"'))
      if (!target) expect(reply.status).toBe(404)
      else if (!matches(which)) expect([reply.status, reply.headers.get('etag')]).toEqual([412, target.etag])
      else {
        const next = write.after(target)
        const isChange = next === undefined || Object.entries(next).some(([name, value]) => value !== target[name as keyof Known])
        if (isChange) account.version += 1
        if (next === undefined) {
          expect(reply.status).toBe(204)
          tasks.splice(tasks.indexOf(target), 1)
        } else {
          expect([reply.status, reply.headers.get('etag')]).toEqual([200, isChange ? `"${account.version}"` : target.etag])
          if (isChange) {
            // Only these two times are the server's to choose, and only now.
            const { updated_at, completed_at } = reply.body
            expect(Date.parse(updated_at)).toBeGreaterThanOrEqual(Date.parse(target.updated_at ?? ''))
            const isSame = next.completed === undefined || next.completed === target.completed
            Object.assign(target, next, { etag: `"${account.version}"`, updated_at }, isSame ? {} : { completed_at })
          }
          expect(reply.body).toEqual(target)
          expect(reply.body.completed).toBe(reply.body.completed_at !== null)
        }
      }
      await compare(model, people)
    },
  }
}

function read(user: 0 | 1, index: number, limit: number): Command {
  return {
    check: () => true,
    toString: () => `read(${user}, ${index}, ${limit})`,
    async run(model: Model, { people }: World) {
      const { tasks } = model[user]
      const person = people[user]
      const target = tasks[index % Math.max(tasks.length, 1)]
      const one = await person.send<Task>(`${person.tasks}/${target?.id ?? NO_TASK}`)
      if (target) expect(one).toMatchObject({ status: 200, body: target })
      else expect(one.status).toBe(404)
      if (target) expect((await person.send(`${person.tasks}/${target.id}`, { headers: { 'if-none-match': target.etag } })).status).toBe(304)
      expect(await walk(person, limit, tasks.length)).toEqual(tasks)
    },
  }
}

/** All pages of a list, with every page as full as it may be. */
async function walk(person: Person, limit: number, total: number): Promise<Task[]> {
  const seen: Task[] = []
  let cursor: string | null = null
  do {
    const { status, body }: Reply<Schemas['TaskList']> = await person.send(`${person.tasks}?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`)
    expect([status, body.total, body.total_is_exact]).toEqual([200, total, true])
    expect(body.items.length).toBe(Math.min(limit, total - seen.length))
    seen.push(...body.items)
    cursor = body.next_cursor
  } while (cursor !== null)
  return seen
}

async function compare(model: Model, people: World['people']): Promise<void> {
  for (const user of [0, 1] as const) {
    const { body } = await people[user].send<Schemas['TaskList']>(`${people[user].tasks}?limit=200`)
    expect(body.items).toEqual(model[user].tasks)
  }
}

const patch =
  (path: string, json: unknown): Write['send'] =>
  (person, task, headers) =>
    person.send(`${task}${path}`, { method: 'PATCH', headers, ...(json === undefined ? {} : { json }) })
const users = fc.constantFrom(0 as const, 1 as const)
const component = (name: string) => validValues(contract.components.schemas[name] as Schema) as fc.Arbitrary<never>
const writes: fc.Arbitrary<Write> = fc.oneof(
  (component('TaskUpdate') as fc.Arbitrary<Schemas['TaskUpdate']>).map((change) => ({
    name: `update ${JSON.stringify(change)}`,
    send: patch('', change),
    after: () => change as Partial<Known>,
  })),
  fc.boolean().map((completed) => ({ name: `set ${completed}`, send: patch('/complete', { completed }), after: () => ({ completed }) })),
  fc.constant<Write>({ name: 'toggle', send: patch('/complete', undefined), after: ({ completed }) => ({ completed: !completed }) }),
  fc.constant<Write>({ name: 'delete', send: (person, path, headers) => person.send(path, { method: 'DELETE', headers }), after: () => undefined }),
)

const commands = fc.commands(
  [
    fc.tuple(users, component('TaskCreate')).map(([user, fields]) => create(user, fields)),
    fc.tuple(users, component('TaskCreate')).map(([user, fields]) => create(user, fields)),
    fc.tuple(users, fc.nat(20), fc.constantFrom(...VERSIONS), writes).map(([user, index, which, write]) => change(user, index, which, write)),
    fc.tuple(users, fc.nat(20), fc.constantFrom(...VERSIONS), writes).map(([user, index, which, write]) => change(user, index, which, write)),
    fc.tuple(users, fc.constantFrom(...VERSIONS), writes).map(([user, which, write]) => change(user, 0, which, write, true)),
    fc.tuple(users, fc.nat(20), fc.integer({ min: 1, max: 5 })).map(([user, index, limit]) => read(user, index, limit)),
  ],
  { size: 'max', maxCommands: 60 },
)

test('random sequences of all task operations leave the server and the model with the same tasks after every step', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const people = await Promise.all([newPerson(service.url, 'ada'), newPerson(service.url, 'bob')])
      const model: Model = [
        { version: 0, tasks: [] },
        { version: 0, tasks: [] },
      ]
      await fc.asyncModelRun(() => ({ model, real: { people } }), sequence)
      steps += [...sequence].length
    }),
    { numRuns: runs, ...seed },
  )
  process.stdout.write(`model: ${steps} steps in ${runs} sequences\n`)
  expect(steps).toBeGreaterThan(runs * 5)
}, 1_200_000)
