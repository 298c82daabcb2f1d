export type { Calls } from './calls.gen.ts'
export { type ClientOptions, createClient, type Docket } from './client.ts'
export type * from './contract.gen.ts'
export { createDocket, type DocketClient, type DocketOptions, type LogEntry } from './docket.ts'
export {
  AuthenticationError,
  ConflictError,
  DocketError,
  ForbiddenError,
  ForeignResponse,
  InvalidRequestError,
  isProblem,
  NoResponseError,
  NotFoundError,
  ProblemError,
  RateLimitError,
  ServerError,
} from './errors.ts'
export type { CallOptions, Input, Output, ResourceTarget, Result } from './operation-types.ts'
export type { RetryOptions } from './retry.ts'
export { type Fetch, type SessionTokensOptions, sessionTokens, type TokenSource } from './tokens.ts'
