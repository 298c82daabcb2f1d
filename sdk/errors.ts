import type { FieldError, Problem, ProblemCode, Task } from './contract.gen.ts'

/**
 * What a call throws, and what `error` holds in the other style: no answer, or an answer that is a problem (RFC 9457).
 *
 * @example
 * try {
 *   await docket.createTask({ body: { title: '' } })
 * } catch (error) {
 *   if (error instanceof InvalidRequestError) console.log(error.errors[0]?.pointer) // '/title'
 * }
 */
export class DocketError extends Error {
  override readonly name: string = 'DocketError'
}

/** No whole answer came: the server could not be reached, or not in time, or what came cannot be read. Whether it has done what was asked is not known. */
export class NoAnswerError extends DocketError {
  override readonly name = 'NoAnswerError'
  /** Whether the time was over, rather than the connection. */
  declare readonly isTimeout: boolean

  constructor(cause: unknown) {
    const isTimeout = (cause as Error | undefined)?.name === 'TimeoutError'
    super(isTimeout ? 'No answer in time' : 'No whole answer', { cause })
    this.isTimeout = isTimeout
  }
}

/** `foreign_answer`: no problem of the contract, so it was not Docket that refused, but what stands between. */
export type RefusalCode = ProblemCode | 'foreign_answer'

/** The server refused. */
export class ProblemError extends DocketError {
  /** The whole problem, as the server sent it. */
  declare readonly problem: Omit<Problem, 'code'> & { code: RefusalCode }
  declare readonly status: number
  /** What happened, as a name that does not change. */
  declare readonly code: RefusalCode
  /** What is wrong where; blank where the problem is not one of single members. */
  declare readonly errors: readonly FieldError[]
  /** For whoever looks it up in the log of the server. */
  declare readonly requestId: string
  declare readonly response: Response

  constructor(problem: ProblemError['problem'], response: Response) {
    super(problem.detail)
    this.problem = problem
    this.status = response.status
    this.code = problem.code
    this.errors = problem.errors ?? []
    this.requestId = problem.request_id
    this.response = response
  }
}

/** 400, 405, 406, 408, 413, 415, 422, 431, and any other that is no success: the request is not one that can be done. */
export class InvalidRequestError extends ProblemError {
  override readonly name = 'InvalidRequestError'
}
/** 401: nobody is signed in, or no longer. */
export class AuthenticationError extends ProblemError {
  override readonly name = 'AuthenticationError'
}
/** 403: it is not the caller's. */
export class ForbiddenError extends ProblemError {
  override readonly name = 'ForbiddenError'
}
/** 404, 410: it is not there, or no longer. */
export class NotFoundError extends ProblemError {
  override readonly name = 'NotFoundError'
}
/** 409, 412: somebody else was faster. */
export class ConflictError extends ProblemError {
  override readonly name = 'ConflictError'
  /** The task as it was when the caller read it, and as it is now; where a version was asked for and the task is still there. */
  declare read?: Pick<Task, 'id' | 'etag'>
  declare current?: Task
}
/** 429: later. */
export class RateLimitError extends ProblemError {
  override readonly name = 'RateLimitError'
}
/** 500 and above: the fault is the server's. */
export class ServerError extends ProblemError {
  override readonly name = 'ServerError'
}

const FAMILIES: Record<number, typeof ProblemError> = {
  401: AuthenticationError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  410: NotFoundError,
  412: ConflictError,
  429: RateLimitError,
}

/** The error of an answer that is no success, of which `body` is what could be read. */
export function refusal(body: unknown, response: Response): ProblemError {
  const { status, statusText: title, headers } = response
  const Family = FAMILIES[status] ?? (status >= 500 ? ServerError : InvalidRequestError)
  const problem = body as Problem | undefined
  if (problem?.code && problem.detail) return new Family(problem, response)
  const detail = `Unexpected status ${status}`
  const request_id = headers.get('x-request-id') ?? ''
  return new Family({ type: 'about:blank', title, status, detail, instance: '', code: 'foreign_answer', request_id }, response)
}

/**
 * Whether an error is this problem.
 *
 * @example if (isProblem(error, 'task_not_found')) return undefined
 */
export function isProblem(error: unknown, ...codes: RefusalCode[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code))
}
