import type { Request, RequestHandler, Response } from 'express'
import { ProblemError, problem } from '../../problems.ts'
import { codeOf } from '../../thrown.ts'
import { openByteBudget } from '../limits/byte-budget.ts'
import { networkOf, userOf } from '../limits/client.ts'
import { sendContinue } from '../transport/expect-continue.ts'
import { BodyShapeError, limitCsvShape, limitJsonShape } from './body-shape.ts'
import { BodyError, decodeBody } from './decode-body.ts'

/**
 * Sends 100 Continue only if the body is needed, or must be read to see whether it is empty (RFC
 * 9110, 10.1.1).
 */
export const askForBody: RequestHandler = (request, response, next) => {
  const { operation, body } = response.locals
  const isWanted = body === 'taken' && !isTooLong(request, operation?.bodyLimit)
  if (isWanted || (body === 'refused' && isChunked(request))) sendContinue(response)
  next()
}

const isChunked = ({ headers }: Request) => headers['transfer-encoding'] !== undefined
const isTooLong = ({ headers }: Request, limit = 0) =>
  Number(headers['content-length'] ?? 0) > limit

/**
 * Reads the first bytes of a chunked body: only they show whether it is empty. An empty body counts
 * as no body.
 */
export const noticeEmptyBody: RequestHandler = (request, response, next) => {
  if (response.locals.body === 'none' || !isChunked(request)) return next()
  const look = () => {
    request.off('readable', look).off('end', look)
    const first: Buffer | null = request.read()
    if (first === null) {
      response.locals.body = 'none'
      delete request.headers['content-type']
    } else request.unshift(first)
    // Once a body has been read from, Node no longer drains what a refusal leaves unread, and the
    // connection would wait for it.
    response.once('finish', () => request.resume())
    next()
  }
  request.on('readable', look).on('end', look)
}

/**
 * Memory in bytes that each body may use without being counted, so that small bodies are never
 * refused because of other requests.
 */
const FREE_BYTES = 16_384
/**
 * Memory budget for bodies beyond that: per user for signed-in users, per network for all others.
 */
const budgets = {
  user: openByteBudget({ total: 100_000_000, perClient: 15_000_000 }),
  address: openByteBudget({ total: 40_000_000, perClient: 8_000_000 }),
}

/** Reads the body, where the operation takes one. */
export const readBody: RequestHandler = async (request, response, next) => {
  const { operation, body } = response.locals
  if (!operation || body !== 'taken') return next()
  // At once, before any of it is read.
  if (isTooLong(request, operation.bodyLimit))
    return next(new ProblemError(problem('content_too_large')))
  const format = request.headers['content-type'] === 'text/csv' ? 'csv' : 'json'
  const inspect = format === 'json' ? limitJsonShape() : limitCsvShape()
  const hold = holdUntilClosed(response)
  try {
    const bytes = await decodeBody(request, operation.bodyLimit, hold, inspect)
    // Decoded leniently, bytes that are not UTF-8 would be stored as something else.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    request.body = format === 'json' ? JSON.parse(text) : text
  } catch (error) {
    return next(bodyRefusal(error, format) ?? error)
  }
  next()
}

/** Counts bytes against the client's budget until the response is closed. */
function holdUntilClosed(response: Response): (bytes: number) => void {
  const userId = userOf(response)
  const budget = userId === undefined ? budgets.address : budgets.user
  const client = userId ?? networkOf(response.locals.address)
  let free = FREE_BYTES
  let held = 0
  let isClosed = false
  response.once('close', () => {
    isClosed = true
    budget.release(client, held)
  })
  return (bytes) => {
    // Memory that is counted after the client has disconnected would never be released.
    if (isClosed) throw new BodyError('aborted')
    const counted = Math.max(0, bytes - free)
    free = Math.max(0, free - bytes)
    if (!budget.hold(client, counted)) throw new BodyError('over_budget')
    held += counted
  }
}

/** Undefined where the error is not the client's. */
function bodyRefusal(error: unknown, format: 'csv' | 'json'): ProblemError | undefined {
  if (error instanceof BodyShapeError) return invalidBody(error.message)
  if (error instanceof BodyError && error.fault === 'too_large')
    return new ProblemError(problem('content_too_large'))
  if (error instanceof BodyError && error.fault === 'over_budget')
    return new ProblemError(problem('service_unavailable'))
  if (!isUnreadable(error)) return undefined
  if (format === 'json') return new ProblemError(problem('malformed_json'))
  const detail =
    error instanceof BodyError
      ? 'Does not arrive as its headers say.'
      : 'Is not UTF-8. Save the file as CSV UTF-8.'
  return new ProblemError(
    problem('malformed_csv', { errors: [{ in: 'body', pointer: '', code: 'invalid', detail }] }),
  )
}

/** Not decodable, not UTF-8, or not JSON. */
function isUnreadable(error: unknown): boolean {
  const isNotUtf8 = codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  return error instanceof BodyError || error instanceof SyntaxError || isNotUtf8
}

function invalidBody(detail: string): ProblemError {
  return new ProblemError(
    problem('invalid_body', { errors: [{ in: 'body', pointer: '', code: 'invalid', detail }] }),
  )
}
