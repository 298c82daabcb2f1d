import { randomBytes } from 'node:crypto'
import type { components } from '../../sdk/contract.gen.ts'

type Schemas = components['schemas']

export interface Reply<Body = unknown> {
  status: number
  headers: Headers
  body: Body
}

/** A request over real HTTP, and its response read as JSON where it is JSON. */
export async function send<Body = unknown>(
  url: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Reply<Body>> {
  const { json, ...rest } = init
  const headers = new Headers(rest.headers)
  if (json !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/json')
  const response = await fetch(url, {
    ...rest,
    headers,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const body: Body = isJson && text !== '' ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

export interface Person {
  email: string
  password: string
  id: string
  token: string
  sessionToken: string
  /** The address of this person's tasks. */
  tasks: string
  send<Body = unknown>(path: string, init?: RequestInit & { json?: unknown }): Promise<Reply<Body>>
  addTask(
    fields?: Partial<Schemas['TaskCreate']>,
    headers?: Record<string, string>,
  ): Promise<Schemas['Task']>
}

/**
 * A new user, signed up over HTTP.
 *
 * @param headers of every request of theirs
 */
export async function newPerson(
  url: string,
  name = 'ada',
  headers: Record<string, string> = {},
): Promise<Person> {
  const email = `${name}.${randomBytes(4).toString('hex')}@example.org`
  const password = 'correct horse battery'
  const signUp = () =>
    send<Schemas['SessionGrant']>(`${url}/api/auth/signup`, {
      method: 'POST',
      headers,
      json: { email, password },
    })
  let { status, body } = await signUp()
  // Of many at once on a slow machine some wait too long for their turn to hash.
  for (let tries = 0; status === 503 && tries < 10; tries += 1) ({ status, body } = await signUp())
  if (status !== 201) throw new Error(`sign-up answered ${status} ${JSON.stringify(body)}`)
  return personOf(url, { email, password }, body, headers)
}

/** The same user with a session of its own. */
export async function newSession(url: string, { email, password }: Person): Promise<Person> {
  const { status, body } = await send<Schemas['SessionGrant']>(`${url}/api/auth/login`, {
    method: 'POST',
    json: { email, password },
  })
  if (status !== 200) throw new Error(`login answered ${status} ${JSON.stringify(body)}`)
  return personOf(url, { email, password }, body, {})
}

function personOf(
  url: string,
  credentials: { email: string; password: string },
  body: Schemas['SessionGrant'],
  headers: Record<string, string>,
): Person {
  const person: Person = {
    ...credentials,
    id: body.user.id,
    token: body.access_token,
    sessionToken: body.session_token,
    tasks: `/api/${body.user.id}/tasks`,
    send: (path, init = {}) =>
      send(`${url}${path}`, {
        ...init,
        headers: {
          ...headers,
          authorization: `Bearer ${body.access_token}`,
          ...Object.fromEntries(new Headers(init.headers)),
        },
      }),
    async addTask(fields, headers = {}) {
      const made = await person.send<Schemas['Task']>(person.tasks, {
        method: 'POST',
        headers,
        json: { title: 'Pay the rent', ...fields },
      })
      if (made.status !== 201)
        throw new Error(`createTask answered ${made.status} ${JSON.stringify(made.body)}`)
      return made.body
    },
  }
  return person
}
