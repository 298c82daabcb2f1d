import { isUtf8 } from 'node:buffer'
import express, { type Request, type RequestHandler, type Response } from 'express'
import { contractOperations } from '../contract/document.ts'
import { type FieldError, problem, Refusal } from '../problems.ts'
import { excess } from './excess.ts'
import { unsupported } from './negotiate.ts'

/** What is said of a body that is missing, whoever notices. */
export const NO_BODY = 'a body is needed'

/** A chunked body shows by its first bytes only whether there is any; an empty one is none. */
export const noticeEmptyBody: RequestHandler = (request, response, next) => {
  if (response.locals.body === 'none' || request.headers['transfer-encoding'] === undefined) return next()
  const look = () => {
    request.off('readable', look).off('end', look)
    const first: Buffer | null = request.read()
    if (first === null) asWithoutBody(request, response)
    else request.unshift(first)
    // Once read from, Node no longer drains what a refusal leaves unread, and the connection would wait for it.
    response.once('finish', () => request.resume())
    next()
  }
  request.on('readable', look).on('end', look)
}

/** Goes on as if no body had come. */
export function asWithoutBody(request: Request, response: Response): void {
  const { accepts = [], bodyRequired = false } = response.locals.operation ?? {}
  response.locals.body = 'none'
  // A body that is missing is named by the validator only where it knows which body is meant.
  if (bodyRequired) request.headers['content-type'] = accepts[0]
  else delete request.headers['content-type']
}

const verify = (_request: unknown, _response: unknown, bytes: Buffer) => {
  // Decoded leniently, what is not UTF-8 would be stored as something else than was sent.
  if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8')
}
const parsers = new Map(
  contractOperations.map(({ bodyLimit: limit }) => {
    const options = { type: () => true, verify, limit }
    return [limit, { json: express.json({ ...options, strict: false }), csv: express.text(options) }] as const
  }),
)

/** Reads the body, where the operation takes one. */
export const readBody: RequestHandler = (request, response, next) => {
  const { operation, body } = response.locals
  if (!operation || body !== 'taken') return next()
  // At once: the parser would first read all of it.
  if (Number(request.headers['content-length'] ?? 0) > operation.bodyLimit) return next(new Refusal(problem('content_too_large')))
  const format = request.headers['content-type'] === 'text/csv' ? 'csv' : 'json'
  parsers.get(operation.bodyLimit)?.[format](request, response, (error?: unknown) => {
    if (error !== undefined) return next(bodyRefusal(error, request.method, operation.accepts, format) ?? error)
    const fault = excess(request.body)
    next(fault ? new Refusal(problem('invalid_body', { errors: [fault] })) : undefined)
  })
}

/** The validator asks for a body only where a member of it is required. */
export const requireBody: RequestHandler = (_request, response, next) => {
  const isMissing = response.locals.operation?.bodyRequired && response.locals.body === 'none'
  const errors: FieldError[] = [{ in: 'body', pointer: '', code: 'required', detail: NO_BODY }]
  next(isMissing ? new Refusal(problem('invalid_body', { errors })) : undefined)
}

function bodyRefusal(error: unknown, method: string, accepts: string[], format: 'csv' | 'json'): Refusal | undefined {
  const { type, status } = error as { type?: string; status?: number }
  if (type === 'entity.too.large') return new Refusal(problem('content_too_large'))
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Refusal(unsupported(method, accepts))
  if (status !== 400 && type !== 'entity.verify.failed') return undefined
  if (format === 'json') return new Refusal(problem('malformed_json'))
  const detail = type === 'entity.verify.failed' ? 'is not UTF-8; save the file as CSV UTF-8' : 'does not arrive as its headers say'
  return new Refusal(problem('malformed_csv', { errors: [{ in: 'body', pointer: '', code: 'invalid', detail }] }))
}
