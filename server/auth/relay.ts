import type { IncomingHttpHeaders } from 'node:http'
import type { Database } from '../database/database.ts'
import { Unavailable, unavailable } from '../database/unavailable.ts'
import { type FieldError, type Problem, type ProblemCode, problem } from '../problems.ts'
import { codeOf } from '../thrown.ts'
import { ADDRESS_HEADER, type Identity } from './identity.ts'
import { isEmailTaken } from './store.ts'

/** The headers that Better Auth needs for its decisions. No other header is passed to it. */
const RELAYED = [
  'authorization',
  'cookie',
  'origin',
  'referer',
  'user-agent',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
] as const
/**
 * Error names of Better Auth with the same meaning. A sign-up that loses a race for its e-mail
 * fails in its insert. If a body fits the contract, Better Auth can still reject only its e-mail.
 */
const SAME: Record<string, ProblemCode> = {
  USER_ALREADY_EXISTS: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
  VALIDATION_ERROR: 'INVALID_EMAIL',
  FAILED_TO_CREATE_USER: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
}

/** PostgreSQL, appendix A. */
const FOREIGN_KEY_VIOLATION = '23503'

/** The error for an e-mail that Better Auth does not accept. */
export const NOT_AN_EMAIL: { errors: FieldError[] } = {
  errors: [{ in: 'body', pointer: '/email', code: 'format', detail: 'Must be an e-mail address.' }],
}

export interface Source {
  headers: IncomingHttpHeaders
  address: string
}

export interface Relayed {
  /** The response that sends it is validated, like any. */
  body: ReturnType<typeof JSON.parse>
  cookies: string[]
  /** The signed session token, where Better Auth made a session. */
  sessionToken: string | null
}

/** The headers of a request as Better Auth may see them. */
export function relayedHeaders({ headers, address }: Source): Headers {
  const relayed = new Headers({ [ADDRESS_HEADER]: address })
  for (const name of RELAYED) {
    // Node's own fetch sends `sec-fetch-mode` but not `sec-fetch-site`. Without the latter, Better
    // Auth treats the request as one of a hostile page.
    if (name === 'sec-fetch-mode' && headers['sec-fetch-site'] === undefined) continue
    const value = headers[name]
    if (value !== undefined) relayed.set(name, String(value))
  }
  return relayed
}

/**
 * Has Better Auth answer a request on one of its own paths.
 *
 * @param expected the codes of Better Auth that the operation declares
 * @returns its response, or its error as one of those problems
 * @throws {Unavailable} when it failed because the database is away
 */
export async function relay<Code extends ProblemCode>(
  identity: Identity,
  database: Database,
  {
    method = 'POST',
    path,
    headers,
    body,
    expected,
  }: {
    method?: 'GET' | 'POST'
    path: string
    headers: Headers
    body?: { email?: string; [member: string]: unknown }
    expected: readonly Code[]
  },
): Promise<Relayed | Problem<Code>> {
  const { baseURL } = await identity.$context
  const content =
    method === 'POST'
      ? {
          headers: new Headers([...headers, ['content-type', 'application/json']]),
          body: JSON.stringify(body ?? {}),
        }
      : { headers }
  const response = await ask(identity, new Request(`${baseURL}${path}`, { method, ...content }))
  if (!response) {
    const gone = expected.find((known) => known === 'INVALID_EMAIL_OR_PASSWORD')
    if (gone === undefined) throw new Error(`Better Auth lost the user on ${path}`)
    return problem(gone)
  }
  const text = await response.text()
  const parsed = text === '' ? null : JSON.parse(text)
  if (response.ok)
    return {
      body: parsed,
      cookies: response.headers.getSetCookie(),
      sessionToken: response.headers.get('set-auth-token'),
    }
  const name = String(codeOf(parsed) ?? '')
  if (name === 'FAILED_TO_GET_SESSION') throw new Unavailable(name)
  // Better Auth reports the same error if another request has just taken the e-mail and if the
  // database became unavailable.
  if (name === 'FAILED_TO_CREATE_USER' && !(await isEmailTaken(database, body?.email ?? '')))
    throw new Unavailable(name)
  const code = expected.find((known) => known === (SAME[name] ?? name))
  if (code === undefined)
    throw new Error(`Better Auth answered ${response.status} ${name} on ${path}`)
  return problem(code, code === 'INVALID_EMAIL' ? NOT_AN_EMAIL : {})
}

/**
 * Returns undefined if the user was deleted after the password check and before the insert of the
 * session.
 */
async function ask(identity: Identity, request: Request): Promise<Response | undefined> {
  try {
    return await identity.handler(request)
  } catch (error) {
    for (let at = error; at instanceof Error; at = at.cause)
      if (codeOf(at) === FOREIGN_KEY_VIOLATION) return undefined
    throw unavailable(error)
  }
}
