export { type ClientOptions, createClient, type Docket } from './client.ts'
export type * from './contract.gen.ts'
export { type CallOptions, createDocket, type DocketClient, type DocketOptions, type Input, type LogEntry, type Output, type Result } from './docket.ts'
export {
  AuthenticationError,
  ConflictError,
  DocketError,
  ForbiddenError,
  InvalidRequestError,
  isProblem,
  NoAnswerError,
  NotFoundError,
  ProblemError,
  RateLimitError,
  ServerError,
} from './errors.ts'
export type { RetryOptions } from './retry.ts'
export { type SessionTokensOptions, sessionTokens, type TokenSource } from './tokens.ts'
