import type { AccessToken } from './contract.gen.ts'
import {
  AuthenticationError,
  ForeignResponse,
  hasMediaType,
  NoResponseError,
  problemErrorOf,
} from './errors.ts'

export type Fetch = (request: Request) => Promise<Response>

/** Looked up at each request, so that one that is put in its place later is used. */
export const globalFetch: Fetch = (request) => globalThis.fetch(request)

export interface TokenSource {
  /**
   * An access token; undefined when there is no session. Throws the 401 where a session token was
   * given and its session is over.
   */
  get(): Promise<string | undefined>
  /** Another one in place of `refused`; undefined, or the 401 thrown, when the session is over. */
  renew(refused: string): Promise<string | undefined>
}

export interface SessionTokensOptions {
  /** The address of the server. */
  baseUrl: string
  /**
   * The `session_token` of `signup` or `login`. Without it, the browser's session cookie is used.
   */
  sessionToken?: string | undefined
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch | undefined
}

/**
 * Milliseconds before its end at which a token is no longer used, so that it does not expire on its
 * way.
 */
const MARGIN = 30_000

/**
 * The server cannot tell the session token of an ended session from a token that it never issued.
 * The client can, because it was given the token.
 */
function sessionEnded({ problem, response }: AuthenticationError): AuthenticationError {
  const detail = 'The session of this token has ended. Please log in again.'
  return new AuthenticationError(
    { ...problem, type: '/docs/problems#session_ended', code: 'session_ended', detail },
    response,
  )
}

/**
 * Access tokens of a session, kept in memory only. However many requests ask at once, the server is
 * asked once.
 *
 * @throws {TypeError} what `fetch` throws when the server cannot be reached
 * @throws {NoResponseError} when something else than Docket answers
 * @throws {AuthenticationError} `session_ended`, when the given session token is of no live session
 * @throws {ProblemError} when the server refuses for another reason
 * @example
 * const tokens = sessionTokens({ baseUrl: 'http://127.0.0.1:8000', sessionToken })
 * const docket = createClient({ baseUrl: 'http://127.0.0.1:8000', tokens })
 */
export function sessionTokens({
  baseUrl,
  sessionToken,
  fetch = globalFetch,
}: SessionTokensOptions): TokenSource {
  let current: { token: string; until: number } | undefined
  let asking: Promise<string | undefined> | undefined

  const ask = async (): Promise<string | undefined> => {
    const headers: Record<string, string> = sessionToken
      ? { Authorization: `Bearer ${sessionToken}` }
      : {}
    const response = await fetch(
      new Request(`${baseUrl.replace(/\/$/, '')}/api/auth/token`, {
        headers,
        credentials: 'include',
      }),
    )
    const body: unknown = await response.json().catch(() => undefined)
    current = undefined
    const { token, expires_in }: Partial<AccessToken> = Object(body)
    if (
      response.ok &&
      hasMediaType(response, 'application/json') &&
      typeof token === 'string' &&
      typeof expires_in === 'number'
    ) {
      current = { token, until: Date.now() + expires_in * 1_000 - MARGIN }
      return token
    }
    const refused =
      problemErrorOf(body, response) ??
      new NoResponseError(new ForeignResponse(response), `getToken at ${baseUrl}`)
    if (!(refused instanceof AuthenticationError)) throw refused
    if (!sessionToken) return undefined
    throw sessionEnded(refused)
  }
  const askOnce = () =>
    (asking ??= ask().finally(() => {
      asking = undefined
    }))

  return {
    get: async () => (current && current.until > Date.now() ? current.token : askOnce()),
    renew: async (refused) => (current && current.token !== refused ? current.token : askOnce()),
  }
}
