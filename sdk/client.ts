import createFetchClient, { type Client } from 'openapi-fetch'
import type { paths } from './contract.gen.ts'
import { AuthenticationError, problemErrorOf } from './errors.ts'
import { type Fetch, globalFetch, type TokenSource } from './tokens.ts'

/**
 * A client of every operation of the contract: `docket.GET('/api/{user_id}/tasks', ...)` returns `{
 * data, error, response }`.
 */
export type Docket = Client<paths>

export interface ClientOptions {
  /** The address of the server. */
  baseUrl: string
  /** Where access tokens come from. Without it, requests go out as they are. */
  tokens?: TokenSource | undefined
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch | undefined
}

/**
 * Makes a client that is typed by the contract. Requests that need one carry an access token from
 * `tokens`; one that is refused with 401 is renewed and the request repeated, once, with the same
 * body.
 *
 * @example
 * const docket = createClient({ baseUrl: 'http://127.0.0.1:8000' })
 * const { data, error } = await docket.POST('/api/auth/login', { body: { email, password } })
 */
export function createClient({ baseUrl, tokens, fetch = globalFetch }: ClientOptions): Docket {
  return createFetchClient<paths>({
    baseUrl,
    credentials: 'include',
    redirect: 'error',
    fetch: tokens ? authorized(fetch, tokens) : fetch,
  })
}

/** The operations that an access token opens. */
const BY_ACCESS_TOKEN = /\/api\/(?!.*auth\/(?!logout|verify))/

export function authorized(fetch: Fetch, tokens: TokenSource): Fetch {
  return async (request) => {
    if (
      request.headers.has('Authorization') ||
      !BY_ACCESS_TOKEN.test(new URL(request.url).pathname)
    )
      return fetch(request)
    const token = await tokens.get()
    const response = await fetch(withToken(request.clone(), token))
    // A 401 from a proxy says nothing about the token.
    const isRefused =
      token && response.status === 401 && problemErrorOf(await bodyOf(response.clone()), response)
    // If the session has ended too, the response of the operation reports that.
    const renewed = isRefused && (await tokens.renew(token).catch(unlessOver))
    return renewed ? fetch(withToken(request, renewed)) : response
  }
}

function unlessOver(error: unknown): undefined {
  if (!(error instanceof AuthenticationError)) throw error
}

const bodyOf = (response: Response): Promise<unknown> => response.json().catch(() => undefined)

function withToken(request: Request, token: string | undefined): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`)
  return request
}
