import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type Problem, type ProblemCode, ProblemError, problem } from '../../problems.ts'
import { messageOf } from '../../thrown.ts'
import { assertDeclaredNull } from './validate-responses.ts'

/** The operations that speak Better Auth's own dialect. */
const BROWSER_TAG = 'Browser sessions'

export interface OperationResponse {
  status: number
  headers?: Record<string, string>
  body?: unknown
  cookies?: string[]
  /** The user who signed in or up by it, for the log. */
  signedIn?: string
}

/** Refusals that tell of attacks; they are logged as warnings. */
const WATCHED = new Set<ProblemCode>([
  'authorization_malformed',
  'token_expired',
  'token_invalid',
  'session_ended',
  'access_denied',
  'invalid_credentials',
  'INVALID_EMAIL_OR_PASSWORD',
  'INVALID_ORIGIN',
  'MISSING_OR_NULL_ORIGIN',
  'CROSS_SITE_NAVIGATION_LOGIN_BLOCKED',
  'rate_limited',
])

/** Sends what a handler decided, or a problem, in the one shape of each. */
export function sendResponse(
  response: Response,
  answer: OperationResponse | Problem,
  log: Logger,
): void {
  setHead(response, answer.status, answer.headers ?? {}, 'code' in answer)
  if ('code' in answer) {
    sendProblem(response, answer, log)
    return
  }
  for (const cookie of answer.cookies ?? []) response.append('Set-Cookie', cookie)
  if (answer.body === undefined) response.end()
  else sendJson(response, 'application/json', answer.body)
}

function sendJson(response: Response, type: string, body: unknown): void {
  if (!response.hasHeader('Content-Type')) response.set('Content-Type', `${type}; charset=utf-8`)
  if (body !== null) return void response.json(body)
  assertDeclaredNull(response)
  response.send('null')
}

/**
 * Status and headers; what has a version may be kept and asked for again, all else is not to be
 * kept.
 */
export function setHead(
  response: Response,
  status: number,
  headers: Record<string, string>,
  isProblem = false,
): void {
  response.status(status)
  response.locals.responseHeaders = Object.keys(headers)
  response.set(headers)
  if (!response.hasHeader('Cache-Control'))
    response.set(
      'Cache-Control',
      headers.ETag && !isProblem ? 'private, no-cache' : 'private, no-store',
    )
}

function sendProblem(response: Response, problem: Problem, log: Logger): void {
  const { requestId, trace, operation, account, address } = response.locals
  if (WATCHED.has(problem.code))
    log.warn(
      {
        request_id: requestId,
        ...trace?.ids,
        operation: operation?.id,
        refused: problem.code,
        account,
        address,
      },
      'refused',
    )
  sendJson(response, 'application/problem+json', {
    ...problemDetails(problem, requestId),
    ...(speaksBetterAuth(response) ? { message: problem.detail } : {}),
  })
}

/**
 * Also where there is no operation, so that the stock client shows the real error of a path that it
 * made up.
 */
function speaksBetterAuth({ locals: { operation }, req }: Response): boolean {
  return operation ? operation.tags.includes(BROWSER_TAG) : req.path.startsWith('/api/auth/')
}

/** The members of RFC 9457 and ours. */
export function problemDetails(
  { code, status, title, detail, errors }: Problem,
  requestId: string,
) {
  const type = `/docs/problems#${code}`
  return {
    type,
    title,
    status,
    detail,
    instance: `urn:docket:request:${requestId}`,
    code,
    request_id: requestId,
    ...(errors ? { errors } : {}),
  }
}

/**
 * The one catch: whatever was thrown or refused on the way becomes a problem. What it was stays in
 * the log.
 */
export function handleErrors(
  log: Logger,
  problemFor: (error: unknown) => Problem | undefined,
): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const known = error instanceof ProblemError ? error.problem : problemFor(error)
    const { requestId, trace, operation } = response.locals
    const about = { request_id: requestId, ...trace?.ids, operation: operation?.id }
    // What has a name is no fault of the code, and may come by thousands: no stack.
    if (!known) log.error({ ...about, err: error }, 'internal_error')
    else if (known.status >= 500) log.warn({ ...about, reason: messageOf(error) }, known.code)
    if (response.headersSent) return void response.destroy()
    // What the failed answer had set already would leak.
    for (const name of [
      ...(response.locals.responseHeaders ?? []),
      'Set-Cookie',
      'Content-Type',
      'Content-Length',
      'Cache-Control',
    ])
      response.removeHeader(name)
    sendResponse(response, known ?? problem('internal_error'), log)
  }
}
