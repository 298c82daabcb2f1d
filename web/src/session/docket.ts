import {
  AuthenticationError,
  createDocket,
  type DocketClient,
  DocketError,
  sessionTokens,
  type TokenSource,
} from '@docket/sdk'

const baseUrl = window.location.origin

/** The page tries again by itself, and should soon know that it is offline. */
const RETRIES = 3

/**
 * What the page has read stays in its own storage, which is emptied at the sign-out; the browser's
 * cache would keep it.
 */
const uncached = (request: Request) => fetch(request, { cache: 'no-store' })

/**
 * The client while no user is signed in. The session is a cookie that no script can read. Access
 * tokens are kept only in the memory of this page.
 */
export const visitor = createDocket({ baseUrl, retries: RETRIES, fetch: uncached })

/**
 * The client of one user. If another tab has signed in as another user, the cookie belongs to that
 * user, and the changes made here must not be sent with it.
 *
 * @param onSessionOver called whenever there is no session of this user
 */
export function docketOf(userId: string, onSessionOver: () => void): DocketClient {
  // The call of the SDK, because it tries again and knows a token from the page of a portal.
  const source = sessionTokens({
    baseUrl,
    fetch: async () => Response.json(await visitor.getToken()),
  })
  const theirs = async (asking: Promise<string | undefined>) => {
    const token = await asking.catch((error) => {
      if (!(error instanceof AuthenticationError)) throw error
    })
    if (token && subjectOf(token) === userId) return token
    onSessionOver()
    throw new DocketError('No session of this user')
  }
  const tokens: TokenSource = {
    get: () => theirs(source.get()),
    renew: (refused) => theirs(source.renew(refused)),
  }
  return createDocket({ baseUrl, tokens, retries: RETRIES, fetch: uncached })
}

function subjectOf(token: string): string {
  const [, claims = ''] = token.split('.')
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub
}
