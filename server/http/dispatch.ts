import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Handlers } from '../contract/handlers.ts'
import { type FileAnswer, sendFile } from './response/file.ts'
import { type Answer, sendAnswer } from './response/send.ts'

type AnyHandler = (request: unknown, caller: unknown) => Promise<Answer | FileAnswer>

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
      else sendAnswer(response, answer, log)
      response.locals.noteKept?.()
    } finally {
      response.locals.release?.()
    }
  }
}
