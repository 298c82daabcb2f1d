import { isUtf8 } from 'node:buffer'
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { OperationId } from '../contract/document.ts'
import { pointerTo } from '../contract/field-errors.ts'
import { type FieldError, problem, Refusal } from '../problems.ts'
import { unsupported } from './negotiate.ts'

/** Most bytes of a body that are read; the contract's longest body is far below, but for a file. */
const LIMIT = 100_000
const FILE_LIMIT = 5_000_000

/** Most bytes that are read of a body of this operation. */
export const bodyLimit = (id: OperationId | undefined) => (id === 'importTasks' ? FILE_LIMIT : LIMIT)

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
const options = { type: () => true, verify }
const parseJson = express.json({ ...options, limit: LIMIT, strict: false })
const parseJsonFile = express.json({ ...options, limit: FILE_LIMIT, strict: false })
const parseCsvFile = express.text({ ...options, limit: FILE_LIMIT })

/** Reads the body, where the operation takes one. */
export const readBody: RequestHandler = (request, response, next) => {
  const { id, accepts = [] } = response.locals.operation ?? {}
  if (response.locals.body !== 'taken') return next()
  const limit = bodyLimit(id)
  // At once: the parser would first read all of it.
  if (Number(request.headers['content-length'] ?? 0) > limit) return next(new Refusal(problem('content_too_large')))
  const isCsv = request.headers['content-type'] === 'text/csv'
  const parse = isCsv ? parseCsvFile : limit === LIMIT ? parseJson : parseJsonFile
  parse(request, response, (error?: unknown) => {
    if (error !== undefined) return next(bodyRefusal(error, request.method, accepts, isCsv) ?? error)
    const fault = limit === LIMIT ? undefined : excess((request.body as { items?: unknown } | null)?.items, '/items', 1)
    next(fault ? new Refusal(problem('invalid_body', { errors: [fault] })) : undefined)
  })
}

/** Most items of a list, and most lists and objects within each other, of a file. */
const ITEM_LIMIT = 2_000
const DEPTH_LIMIT = 10

/** What would keep the validator busy for minutes in the rows of a file: it looks at every item of a list that is too long, and follows every nesting. */
function excess(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > DEPTH_LIMIT) return { in: 'body', pointer, code: 'invalid', detail: `is nested more than ${DEPTH_LIMIT} levels deep` }
  if (Array.isArray(value) && value.length > ITEM_LIMIT) {
    return { in: 'body', pointer, code: 'max_items', detail: `must NOT have more than ${ITEM_LIMIT} items` }
  }
  for (const [name, member] of Object.entries(value)) {
    const fault = excess(member, `${pointer}${pointerTo(name)}`.slice(0, 200), depth + 1)
    if (fault) return fault
  }
  return undefined
}

/** The validator asks for a body only where a member of it is required. */
export const requireBody: RequestHandler = (_request, response, next) => {
  const isMissing = response.locals.operation?.bodyRequired && response.locals.body === 'none'
  const errors: FieldError[] = [{ in: 'body', pointer: '', code: 'required', detail: NO_BODY }]
  next(isMissing ? new Refusal(problem('invalid_body', { errors })) : undefined)
}

function bodyRefusal(error: unknown, method: string, accepts: string[], isCsv: boolean): Refusal | undefined {
  const { type, status } = error as { type?: string; status?: number }
  if (type === 'entity.too.large') return new Refusal(problem('content_too_large'))
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Refusal(unsupported(method, accepts))
  if (status !== 400 && type !== 'entity.verify.failed') return undefined
  const detail = type === 'entity.verify.failed' ? 'is not UTF-8; save the file as CSV UTF-8' : 'does not arrive as its headers say'
  return new Refusal(isCsv ? problem('malformed_csv', { errors: [{ in: 'body', pointer: '', code: 'invalid', detail }] }) : problem('malformed_json'))
}
