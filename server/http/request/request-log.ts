import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import '../locals.ts'
import { traceOf } from './trace.ts'

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Called when a request is over. */
export type Observe = (request: { operation: string; status: number; seconds: number }) => void

/**
 * Gives the request its id and its place in a trace, and logs one line when it is over. Never a
 * query string, a body or a credential.
 */
export function requestLog(log: Logger, observe?: Observe): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    const { method } = request
    const given = request.get('x-request-id')
    const requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID()
    response.locals.requestId = requestId
    response.set('X-Request-Id', requestId)
    const trace = traceOf(request.get('traceparent'))
    if (trace) {
      response.locals.trace = trace
      response.set('traceparent', trace.traceparent)
    }
    response.once('close', () => {
      const { operation, caller, account, signedIn, address } = response.locals
      const ms = performance.now() - started
      observe?.({
        operation: operation?.id ?? '',
        status: response.statusCode,
        seconds: ms / 1_000,
      })
      log[operation?.logLevel ?? 'info'](
        {
          request_id: requestId,
          ...trace?.ids,
          method,
          path: operation?.template ?? request.path.slice(0, 200),
          operation: operation?.id,
          user_id: signedIn ?? (caller && 'userId' in caller ? caller.userId : undefined),
          account,
          address,
          status: response.statusCode,
          aborted: !response.writableFinished || undefined,
          ms: Math.round(ms * 10) / 10,
        },
        'request',
      )
    })
    next()
  }
}
