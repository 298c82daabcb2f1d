import { createClient, type Problem, sessionTokens } from '@docket/sdk'

const baseUrl = window.location.origin

/** The access tokens of this page, in memory only; the session itself is a cookie that no script can read. */
let tokens = sessionTokens({ baseUrl })

export const docket = createClient({ baseUrl, tokens: { get: () => tokens.get(), renew: (refused) => tokens.renew(refused) } })

/** After signing in or out, the tokens of the session before must not be used. */
export function forgetTokens(): void {
  tokens = sessionTokens({ baseUrl })
}

/** A problem that the server answered, thrown for TanStack Query. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.errors?.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join(', ') ?? problem.detail)
    this.problem = problem
  }
}

/** What an operation answered, or its problem as a throw. */
export async function answer<Data>(asked: Promise<{ data?: Data; error?: Problem }>): Promise<Data> {
  const { data, error } = await asked
  if (error) throw new ProblemError(error)
  return data as Data
}
