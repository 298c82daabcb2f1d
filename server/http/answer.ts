import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type Problem, type ProblemCode, problem, Refusal } from '../problems.ts'
import { refuseUndescribedNull } from './response-guard.ts'

/** The operations that speak Better Auth's own dialect. */
const BROWSER_TAG = 'Browser sessions'

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
  cookies?: string[]
}

/** Refusals that whoever watches for attacks wants to see. */
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
export function sendAnswer(response: Response, answer: Answer | Problem, log: Logger): void {
  setHead(response, answer.status, answer.headers ?? {}, 'code' in answer)
  if ('code' in answer) {
    sendProblem(response, answer, log)
    return
  }
  for (const cookie of answer.cookies ?? []) response.append('Set-Cookie', cookie)
  // Express and the validator both take null for "no body"; here it is JSON's null.
  if (answer.body === null) {
    refuseUndescribedNull(response)
    response.type('json').send('null')
  } else if (answer.body === undefined) response.end()
  else response.json(answer.body)
}

/** Status and headers; what has a version may be kept and asked for again, all else is not to be kept. */
export function setHead(response: Response, status: number, headers: Record<string, string>, isProblem = false): void {
  response.status(status)
  response.locals.answerHeaders = Object.keys(headers)
  response.set(headers)
  if (!response.hasHeader('Cache-Control')) response.set('Cache-Control', headers.ETag && !isProblem ? 'private, no-cache' : 'private, no-store')
}

function sendProblem(response: Response, problem: Problem, log: Logger): void {
  const { requestId, operation } = response.locals
  if (WATCHED.has(problem.code)) log.warn({ request_id: requestId, operation: operation?.id, refused: problem.code, address: response.req.ip }, 'refused')
  response.type('application/problem+json').json({
    ...problemDetails(problem, requestId),
    ...(operation?.tags.includes(BROWSER_TAG) ? { message: problem.detail } : {}),
  })
}

/** The members of RFC 9457 and ours. */
export function problemDetails({ code, status, title, detail, errors }: Problem, requestId: string) {
  const type = `/docs/problems#${code}`
  return { type, title, status, detail, instance: `urn:docket:request:${requestId}`, code, request_id: requestId, ...(errors ? { errors } : {}) }
}

/** The one catch: whatever was thrown or refused on the way becomes a problem. What it was stays in the log. */
export function catchAll(log: Logger, translate: (error: unknown, body: unknown) => Problem | undefined): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = error instanceof Refusal ? error.problem : translate(error, request.body)
    if (!known || known.status >= 500)
      log.error({ request_id: response.locals.requestId, operation: response.locals.operation?.id, err: error }, known?.code ?? 'internal_error')
    if (response.headersSent) return void response.destroy()
    // What the failed answer had set already would leak.
    for (const name of [...(response.locals.answerHeaders ?? []), 'Set-Cookie', 'Content-Type', 'Content-Length', 'Cache-Control']) response.removeHeader(name)
    sendAnswer(response, known ?? problem('internal_error'), log)
  }
}
