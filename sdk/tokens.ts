import type { AccessToken } from './contract.gen.ts'
import { refusal } from './errors.ts'

export type Fetch = (request: Request) => Promise<Response>

/** Looked up at each request, so that one that is put in its place later is used. */
export const globalFetch: Fetch = (request) => globalThis.fetch(request)

export interface TokenSource {
  /** An access token; undefined when there is no session. */
  get(): Promise<string | undefined>
  /** Another one in place of `refused`; undefined when the session is over. */
  renew(refused: string): Promise<string | undefined>
}

export interface SessionTokensOptions {
  /** The address of the server. */
  baseUrl: string
  /** The `session_token` of `signup` or `login`. Without it, the browser's session cookie is used. */
  sessionToken?: string | undefined
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch | undefined
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
export function sessionTokens({ baseUrl, sessionToken, fetch = globalFetch }: SessionTokensOptions): TokenSource {
  let current: { token: string; until: number } | undefined
  let asking: Promise<string | undefined> | undefined

  const ask = async (): Promise<string | undefined> => {
    const headers: Record<string, string> = sessionToken ? { Authorization: `Bearer ${sessionToken}` } : {}
    const response = await fetch(new Request(`${baseUrl.replace(/\/$/, '')}/api/auth/token`, { headers, credentials: 'include' }))
    const answer = (await response.json().catch(() => undefined)) as Partial<AccessToken> | undefined
    current = undefined
    if (response.status === 401) return undefined
    if (!answer?.token || !answer.expires_in) throw refusal(answer, response)
    current = { token: answer.token, until: Date.now() + answer.expires_in * 1_000 - MARGIN }
    return answer.token
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
