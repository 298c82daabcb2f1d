import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Handlers } from '../contract/handlers.ts'
import { type Answer, sendAnswer } from './answer.ts'
import { type FileAnswer, sendFile } from './file.ts'

type AnyHandler = (request: unknown, caller: unknown) => Promise<Answer | FileAnswer>

/** operationId -> handler -> answer. The types of `Handlers` hold for each operation by itself, so here they are let go once. */
export function dispatch(handlers: Handlers, log: Logger): RequestHandler {
  return async (request, response, next) => {
    const { operation, caller, parameters } = response.locals
    if (!operation) return next()
    const handler = handlers[operation.id] as AnyHandler
    const answer = await handler(
      {
        ...parameters,
        body: request.body,
        source: { headers: request.headers, address: request.ip ?? '' },
      },
      caller,
    )
    if ('chunks' in answer) await sendFile(response, answer)
    else sendAnswer(response, answer, log)
  }
}
