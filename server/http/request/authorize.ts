import type { RequestHandler } from 'express'
import type { Caller } from '../../contract/handlers.ts'
import { type Problem, ProblemError, problem } from '../../problems.ts'

/** Who sends an Authorization header, or the 401 they get. */
export type Identify = (authorization: string | undefined) => Promise<Caller | Problem>

/**
 * Stores the caller of the request. A 401 is held back until the limits have counted the request.
 * It is ignored if the operation accepts other credentials, too.
 */
export function authenticate(identify: Identify): RequestHandler {
  return async (request, response, next) => {
    const authorization = request.get('authorization')
    if (response.locals.operation?.needsCaller || authorization !== undefined)
      response.locals.caller = await identify(authorization)
    next()
  }
}

/**
 * Checks 401 before 403, and 403 before everything else. The user id in the path must be exactly
 * the caller's.
 */
export const authorize: RequestHandler = (request, response, next) => {
  const { caller, operation } = response.locals
  if (!caller || !operation?.needsCaller) return next()
  if ('code' in caller) return next(new ProblemError(caller))
  next(
    request.path.split('/')[2] === caller.userId
      ? undefined
      : new ProblemError(problem('access_denied')),
  )
}
