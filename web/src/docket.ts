import { createDocket, ProblemError } from '@docket/sdk'

/** The session is a cookie that no script can read; the access token is in the memory of this page only. */
export const docket = createDocket({ baseUrl: window.location.origin })

/** What went wrong, for the person in front of it. */
export function sentenceOf(error: Error): string {
  if (!(error instanceof ProblemError)) return 'The server cannot be reached. Check your connection and try again.'
  const { errors, message } = error
  return errors.length > 0 ? errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join(', ') : message
}
