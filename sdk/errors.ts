import {
  type FieldError,
  type List,
  type Problem,
  type ProblemCode,
  problemCodeValues,
  type Task,
} from './contract.gen.ts'

/**
 * What a call throws, and what `error` holds in the other style: no response, or a response that is
 * a problem (RFC 9457).
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

/**
 * No response of Docket: the server could not be reached, did not respond in time, or a system in
 * between answered in its place.
 * It is unknown whether the server has processed the request. `cause` says what happened.
 */
export class NoResponseError extends DocketError {
  override readonly name = 'NoResponseError'
  /** Whether the timeout was exceeded, rather than the connection failing. */
  declare readonly isTimeout: boolean

  /** @param address which operation was called, and at which server */
  constructor(
    cause: unknown,
    address: string,
    isTimeout = cause instanceof Error && cause.name === 'TimeoutError',
  ) {
    super(`${address}: no response${isTimeout ? ' in time' : ''}${reasonOf(cause)}`, { cause })
    this.isTimeout = isTimeout
  }
}

/** The messages of an error and of its causes: `fetch failed` alone says nothing. */
function reasonOf(cause: unknown): string {
  const messages: string[] = []
  for (let at = cause; at instanceof Error && messages.length < 3; at = at.cause)
    if (at.message) messages.push(at.message)
  return messages.length > 0 ? ` (${messages.join(': ')})` : ''
}

/**
 * A response that the contract does not describe: the page of a proxy or portal, or what is left of
 * a response.
 */
export class ForeignResponse extends Error {
  override readonly name = 'ForeignResponse'

  constructor({ status, headers }: Response) {
    super(
      `status ${status}, ${headers.get('content-type') ?? 'no content type'}, is not a ` +
        'response of Docket',
    )
  }
}

/** The server refused. */
export class ProblemError extends DocketError {
  /** The whole problem. */
  declare readonly problem: Problem
  declare readonly status: number
  /** What happened, as a name that does not change. */
  declare readonly code: ProblemCode
  /** What is wrong where; blank where the problem is not one of single members. */
  declare readonly errors: readonly FieldError[]
  /** Names the request in the log of the server. */
  declare readonly requestId: string
  /** Not enumerable, so that a log of the error does not hold headers and body. */
  declare readonly response: Response

  constructor(problem: Problem, response: Response) {
    super(messageOf(problem))
    this.problem = problem
    this.status = response.status
    this.code = problem.code
    this.errors = problem.errors ?? []
    this.requestId = problem.request_id ?? response.headers.get('x-request-id') ?? ''
    Object.defineProperty(this, 'response', { value: response })
  }
}

/**
 * 400, 405, 406, 408, 413, 415, 422, 431, and any other that is no success: the request is not one
 * that can be done.
 */
export class InvalidRequestError extends ProblemError {
  override readonly name = 'InvalidRequestError'
}
/** 401: no user is signed in, or no longer. */
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
/** 409, 412: another client changed it first. */
export class ConflictError extends ProblemError {
  override readonly name = 'ConflictError'
  /**
   * The resource as it was when the caller read it, and as it is now; where a version was asked for
   * and the resource is still there.
   */
  declare read?: Pick<Task, 'id' | 'etag'>
  declare current?: Task | List
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

/** The detail of a problem, with the members that it is about: `title: Must ...` */
function messageOf({ detail, errors = [] }: Problem): string {
  const members = errors.map(
    ({ in: part, pointer, detail }) => `${pointer.slice(1) || part}: ${detail}`,
  )
  return members.length > 0 ? `${detail} (${members.join(' ')})` : detail
}

/**
 * The problem (RFC 9457) that a response of Docket holds, as the error of its family; undefined
 * where the response is not one of Docket's.
 *
 * @param body what could be read of the response
 */
export function problemErrorOf(body: unknown, response: Response): ProblemError | undefined {
  const problem: Partial<Problem> = Object(body)
  const { status } = response
  const { status: said = status, errors = [] } = problem
  const isOurs =
    hasMediaType(response, 'application/problem+json') &&
    isKnown(problem) &&
    typeof problem.detail === 'string' &&
    said === status &&
    Array.isArray(errors) &&
    errors.every((each) => typeof each?.pointer === 'string' && typeof each.detail === 'string')
  const Family = FAMILIES[status] ?? (status >= 500 ? ServerError : InvalidRequestError)
  return isOurs ? new Family(problem as Problem, response) : undefined
}

/** By its code; one that is newer than this package, by the `type` that goes with it. */
function isKnown(problem: Partial<Problem> | null | undefined): problem is Partial<Problem> {
  const code: string | undefined = problem?.code
  return (
    code !== undefined &&
    ((problemCodeValues as readonly string[]).includes(code) ||
      problem?.type === `/docs/problems#${code}`)
  )
}

/** Whether a response has this media type; parameters do not matter (RFC 9110, 8.3.1). */
export function hasMediaType({ headers }: Response, type: string): boolean {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === type
}

/**
 * Whether an error is this problem.
 *
 * @example if (isProblem(error, 'task_not_found')) return undefined
 */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code))
}
