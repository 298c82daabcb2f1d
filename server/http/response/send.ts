import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { contract } from '../../contract/document.ts'
import { type Problem, ProblemError, problem } from '../../problems.ts'
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

/** Problems that may be part of an attack; they are logged as warnings. */
const AUDITED = new Set(contract.components.schemas.ProblemCode['x-audit'])

/** Sends what a handler decided, or a problem, in the one shape of each. */
export function sendResponse(
  response: Response,
  result: OperationResponse | Problem,
  log: Logger,
): void {
  setHead(response, result.status, result.headers ?? {}, 'code' in result)
  if ('code' in result) {
    sendProblem(response, result, log)
    return
  }
  for (const cookie of result.cookies ?? []) response.append('Set-Cookie', cookie)
  if (result.body === undefined) response.end()
  else sendJson(response, 'application/json', result.body)
}

function sendJson(response: Response, type: string, body: unknown): void {
  if (!response.hasHeader('Content-Type')) response.set('Content-Type', `${type}; charset=utf-8`)
  if (body !== null) return void response.json(body)
  assertDeclaredNull(response)
  response.send('null')
}

/**
 * Sets the status and the headers. A response with a version may be stored and revalidated; all
 * others must not be stored.
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
  if (AUDITED.has(problem.code))
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
 * Also true for unknown paths under `/api/auth/`, so that the stock client shows the real error for
 * them.
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
 * The central error handler: turns every thrown or refused error into a problem. The cause is
 * written to the log only.
 */
export function handleErrors(
  log: Logger,
  problemFor: (error: unknown) => Problem | undefined,
): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const known = error instanceof ProblemError ? error.problem : problemFor(error)
    const { requestId, trace, operation } = response.locals
    const about = { request_id: requestId, ...trace?.ids, operation: operation?.id }
    // A known problem is not a bug and may occur thousands of times, so no stack is logged.
    if (!known) log.error({ ...about, err: error }, 'internal_error')
    else if (known.status >= 500) log.warn({ ...about, reason: messageOf(error) }, known.code)
    if (response.headersSent) return void response.destroy()
    // Headers that the failed response had already set would leak.
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
