import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import './locals.ts'

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Called when a request is over. */
export type Observe = (request: { operation: string; status: number; seconds: number }) => void

/** Gives the request its id and logs one line when it is over. Never a query string, a body or a credential. */
export function requestLog(log: Logger, observe?: Observe): RequestHandler {
  return (request, response, next) => {
    const started = performance.now()
    const { method } = request
    const given = request.get('x-request-id')
    const requestId = given !== undefined && SANE_ID.test(given) ? given : uuidv7()
    response.locals.requestId = requestId
    response.set('X-Request-Id', requestId)
    response.once('close', () => {
      const { operation, caller } = response.locals
      const ms = performance.now() - started
      observe?.({ operation: operation?.id ?? '', status: response.statusCode, seconds: ms / 1_000 })
      log.info(
        {
          request_id: requestId,
          method,
          path: operation?.template ?? request.path.slice(0, 200),
          operation: operation?.id,
          user_id: caller && 'userId' in caller ? caller.userId : undefined,
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
