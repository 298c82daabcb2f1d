import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit'
import type { Logger } from 'pino'
import type { RateLimits } from '../config.ts'
import type { OperationId } from '../contract/document.ts'
import { problem, Refusal } from '../problems.ts'

const MINUTE = 60_000
const SIGN_IN = new Set<OperationId | undefined>(['signup', 'login', 'signUpEmail', 'signInEmail'])

/** Where a password is guessed by somebody who is signed in. */
const PASSWORD = new Set<OperationId | undefined>(['changePassword', 'deleteAccount'])

/** Where counts are kept; undefined: in this process. */
export type CountStore = ((name: string) => Store) | undefined

const isSignIn = (response: Response) => SIGN_IN.has(response.locals.operation?.id)
const userOf = (response: Response) => {
  const { caller } = response.locals
  return caller && 'userId' in caller ? caller.userId : undefined
}
const isApi = (request: Request) => /^\/api(\/|$)/.test(request.path)

/** By user where the token is good, else by address. */
export function limitRequests(limits: RateLimits | undefined, store: CountStore, log: Logger): RequestHandler[] {
  if (!limits) return []
  const limiter = limiters(store, log)
  return [
    limiter(
      'user',
      limits.user,
      (_, response) => userOf(response) as string,
      (request, response) => !isApi(request) || userOf(response) === undefined,
    ),
    limiter('address', limits.address, addressOf, (request, response) => !isApi(request) || userOf(response) !== undefined),
    limiter('sign-in-address', limits.signInAddress, addressOf, (_, response) => !isSignIn(response)),
  ]
}

/** Sign-in and sign-up, and the password asked for once more, by account, whoever tries. After validation, because it reads the body. */
export function limitAccounts(limits: RateLimits | undefined, store: CountStore, log: Logger): RequestHandler[] {
  if (!limits) return []
  const limiter = limiters(store, log)
  return [limiter('sign-in-account', limits.signInAccount, accountOf, (_, response) => !isSignIn(response) && !PASSWORD.has(response.locals.operation?.id))]
}

const addressOf = (request: Request) => ipKeyGenerator(request.ip ?? '')

/** A store outside this process should not learn e-mail addresses. */
const accountOf = (request: Request, response: Response) =>
  createHash('sha256')
    .update(userOf(response) ?? String((request.body as { email: unknown }).email).toLowerCase())
    .digest('base64url')

type Choose<T> = (request: Request, response: Response) => T

function limiters(store: CountStore, log: Logger) {
  return (name: string, limit: number, key: Choose<string>, skip: Choose<boolean>): RequestHandler => {
    const limiter = rateLimit({
      windowMs: MINUTE,
      limit,
      identifier: name,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      keyGenerator: key,
      // A store that is away must not take the service with it; that it is away is logged once, where it is connected.
      passOnStoreError: true,
      logger: { warn: (text: unknown) => log.warn(String(text)), error: (error: unknown) => log.debug({ err: error }, 'not counted') },
      validate: { trustProxy: false, xForwardedForHeader: false, forwardedHeader: false },
      ...(store ? { store: store(name) } : {}),
      handler: (_request, response, next) => {
        next(new Refusal(problem('rate_limited', { headers: { 'Retry-After': String(response.getHeader('Retry-After') ?? 60) } })))
      },
    })
    return (request, response, next) => (skip(request, response) ? next() : limiter(request, response, next))
  }
}
