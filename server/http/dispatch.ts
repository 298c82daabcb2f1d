import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Handlers } from '../contract/handlers.ts'
import { type FileResponse, sendFile } from './response/file.ts'
import { type OperationResponse, sendResponse } from './response/send.ts'

type AnyHandler = (request: unknown, caller: unknown) => Promise<OperationResponse | FileResponse>

/**
 * Calls the handler of the operation and sends its response. `Handlers` types each operation
 * separately, so the types are dropped once, here.
 */
export function dispatch(handlers: Handlers, log: Logger): RequestHandler {
  return async (request, response, next) => {
    const { operation, caller, parameters } = response.locals
    if (!operation) return next()
    const handler = handlers[operation.id] as AnyHandler
    const source = { headers: request.headers, address: response.locals.address }
    try {
      const result = await handler({ ...parameters, body: request.body, source }, caller)
      if ('signedIn' in result && result.signedIn !== undefined)
        response.locals.signedIn = result.signedIn
      if ('chunks' in result) await sendFile(response, result)
      else sendResponse(response, result, log)
      response.locals.countKept?.()
    } finally {
      response.locals.release?.()
    }
  }
}
