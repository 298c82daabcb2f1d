import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Handlers } from '../contract/handlers.ts'
import { type FileResponse, sendFile } from './response/file.ts'
import { type OperationResponse, sendResponse } from './response/send.ts'

type AnyHandler = (request: unknown, caller: unknown) => Promise<OperationResponse | FileResponse>

/**
 * operationId -> handler -> answer. The types of `Handlers` hold for each operation by itself, so
 * here they are let go once.
 */
export function dispatch(handlers: Handlers, log: Logger): RequestHandler {
  return async (request, response, next) => {
    const { operation, caller, parameters } = response.locals
    if (!operation) return next()
    const handler = handlers[operation.id] as AnyHandler
    const source = { headers: request.headers, address: response.locals.address }
    try {
      const answer = await handler({ ...parameters, body: request.body, source }, caller)
      if ('signedIn' in answer && answer.signedIn !== undefined)
        response.locals.signedIn = answer.signedIn
      if ('chunks' in answer) await sendFile(response, answer)
      else sendResponse(response, answer, log)
      response.locals.countKept?.()
    } finally {
      response.locals.release?.()
    }
  }
}
