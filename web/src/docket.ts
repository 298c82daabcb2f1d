import { createDocket, type DocketClient, DocketError, ProblemError, sessionTokens, type TokenSource } from '@docket/sdk'

const baseUrl = window.location.origin

/** For who is not signed in. The session is a cookie that no script can read; access tokens are in the memory of this page only. */
export const visitor = createDocket({ baseUrl })

/**
 * For one user and nobody else: when another tab has signed in as somebody else, the cookie speaks for them, and what is on its way here must not go there.
 *
 * @param onSessionOver called whenever there is no session of this user
 */
export function docketOf(userId: string, onSessionOver: () => void): DocketClient {
  const source = sessionTokens({ baseUrl })
  const theirs = (token: string | undefined) => {
    if (token && subjectOf(token) === userId) return token
    onSessionOver()
    throw new DocketError('There is no session of this user')
  }
  const tokens: TokenSource = { get: async () => theirs(await source.get()), renew: async (refused) => theirs(await source.renew(refused)) }
  return createDocket({ baseUrl, tokens })
}

const subjectOf = (token: string) => JSON.parse(atob((token.split('.')[1] as string).replaceAll('-', '+').replaceAll('_', '/'))).sub as string

/** What went wrong, for the person in front of it. */
export function sentenceOf(error: Error): string {
  if (!(error instanceof DocketError)) return `Something went wrong on this device: ${error.message}`
  if (!(error instanceof ProblemError)) return 'The server cannot be reached. Check your connection and try again.'
  const { errors, message } = error
  return errors.length > 0 ? errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join(', ') : message
}
