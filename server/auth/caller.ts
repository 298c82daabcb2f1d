import type { Caller } from '../contract/handlers.ts'
import { type Problem, problem } from '../problems.ts'
import type { AccessTokens } from './token.ts'

/**
 * The credential of an Authorization header (RFC 6750, 2.1), or what is wrong with the header.
 *
 * @example bearer('Bearer abc.def.ghi') // { token: 'abc.def.ghi' }
 */
export function bearer(
  authorization: string | undefined,
): { token: string } | Problem<'authorization_missing' | 'authorization_malformed'> {
  if (authorization === undefined) return problem('authorization_missing')
  const token = /^Bearer +([\w.~+/%-]+=*)$/i.exec(authorization)?.[1]
  return token === undefined ? problem('authorization_malformed') : { token }
}

/** Who sends this Authorization header, or the 401 they get. No I/O. */
export async function callerOf(
  tokens: AccessTokens,
  authorization: string | undefined,
): Promise<Caller | Problem> {
  const credential = bearer(authorization)
  if ('code' in credential) return credential
  const caller = await tokens.verify(credential.token)
  return typeof caller === 'string' ? problem(caller) : caller
}
