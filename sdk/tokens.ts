import type { AccessToken } from './contract.gen.ts'
import { refusal } from './errors.ts'

export type Fetch = (request: Request) => Promise<Response>

export interface TokenSource {
  /** An access token; undefined when there is no session. */
  get(): Promise<string | undefined>
  /** Another one in place of `refused`; undefined when the session is over. */
  renew(refused: string): Promise<string | undefined>
}

export interface SessionTokensOptions {
  /** The address of the server, without a trailing slash. */
  baseUrl: string
  /** The `session_token` of `signup` or `login`. Without it, the browser's session cookie is used. */
  sessionToken?: string | undefined
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch
}

/** Milliseconds before its end at which a token is no longer used, so that it does not expire on its way. */
const MARGIN = 30_000

/**
 * Access tokens of a session, kept in memory only. However many requests ask at once, the server is asked once.
 *
 * @throws {TypeError} what `fetch` throws when the server cannot be reached
 * @throws {ProblemError} when the server answers anything but a token or a 401
 * @example
 * const tokens = sessionTokens({ baseUrl: 'http://127.0.0.1:8000', sessionToken })
 * const docket = createClient({ baseUrl: 'http://127.0.0.1:8000', tokens })
 */
export function sessionTokens({ baseUrl, sessionToken, fetch = (request) => globalThis.fetch(request) }: SessionTokensOptions): TokenSource {
  let current: { token: string; until: number } | undefined
  let asking: Promise<string | undefined> | undefined

  const ask = async (): Promise<string | undefined> => {
    const headers = sessionToken === undefined ? {} : { authorization: `Bearer ${sessionToken}` }
    const response = await fetch(new Request(`${baseUrl}/api/auth/token`, { headers, credentials: 'include', cache: 'no-store' }))
    if (response.status === 401) {
      current = undefined
      return undefined
    }
    if (!response.ok) throw refusal(await response.json().catch(() => undefined), response)
    const { token, expires_in } = (await response.json()) as AccessToken
    current = { token, until: Date.now() + expires_in * 1_000 - MARGIN }
    return token
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
