import { isUtf8 } from 'node:buffer'
import express, { type NextFunction, type Request, type RequestHandler } from 'express'
import { contractOperations } from '../contract/document.ts'
import { problem, Refusal } from '../problems.ts'
import { excess } from './excess.ts'
import { giveLeave } from './leave-to-send.ts'
import { unsupported } from './negotiate.ts'

/** Who asks whether to send the body is told so only where it is wanted, or has to be looked at (RFC 9110, 10.1.1). */
export const askForBody: RequestHandler = (request, response, next) => {
  const { operation, body } = response.locals
  const isWanted = body === 'taken' && !isTooLong(request, operation?.bodyLimit)
  if (isWanted || (body === 'refused' && isChunked(request))) giveLeave(response)
  next()
}

const isChunked = ({ headers }: Request) => headers['transfer-encoding'] !== undefined
const isTooLong = ({ headers }: Request, limit = 0) => Number(headers['content-length'] ?? 0) > limit

/** A chunked body shows by its first bytes only whether there is any; an empty one is none. */
export const noticeEmptyBody: RequestHandler = (request, response, next) => {
  if (response.locals.body === 'none' || !isChunked(request)) return next()
  const look = () => {
    request.off('readable', look).off('end', look)
    const first: Buffer | null = request.read()
    if (first === null) response.locals.body = 'none'
    else request.unshift(first)
    // Once read from, Node no longer drains what a refusal leaves unread, and the connection would wait for it.
    response.once('finish', () => request.resume())
    next()
  }
  request.on('readable', look).on('end', look)
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
  if (isTooLong(request, operation.bodyLimit)) return next(new Refusal(problem('content_too_large')))
  const format = request.headers['content-type'] === 'text/csv' ? 'csv' : 'json'
  const settle = once(next)
  // The parser reads what is too long to its end before it says so, and that may never come.
  if (isChunked(request)) endAt(operation.bodyLimit, request, () => settle(new Refusal(problem('content_too_large'))))
  parsers.get(operation.bodyLimit)?.[format](request, response, (error?: unknown) => {
    if (error !== undefined) return settle(bodyRefusal(error, request.method, operation.accepts, format) ?? error)
    const fault = excess(request.body)
    settle(fault ? new Refusal(problem('invalid_body', { errors: [fault] })) : undefined)
  })
}

function endAt(limit: number, request: Request, end: () => void): void {
  let received = 0
  request.on('data', function count(chunk: Buffer) {
    received += chunk.length
    if (received <= limit) return
    request.off('data', count)
    end()
  })
}

/** The first who says how it ends is heard. */
function once(next: NextFunction): NextFunction {
  let isSettled = false
  return (error?: unknown) => {
    if (!isSettled) next(error)
    isSettled = true
  }
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
