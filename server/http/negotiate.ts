import { isUtf8 } from 'node:buffer'
import express, { type Request, type RequestHandler } from 'express'
import { type FieldError, problem, Refusal } from '../problems.ts'

/** Most bytes of a body that are read; the contract's longest body is far below. */
const BODY_LIMIT = 100_000

/** What is said of a body that is missing, whoever notices. */
export const NO_BODY = 'a body is needed'

/** 406 and 415, and query strings that the validator would take for something else than they say. */
export const negotiate: RequestHandler = (request, response, next) => {
  const { accepts = [], produces = [], integerParameters = [] } = response.locals.operation ?? {}
  if (produces.length > 0 && !request.accepts([...produces, 'application/problem+json'])) return next(new Refusal(problem('not_acceptable')))
  if (response.locals.body === 'refused') return next(new Refusal(unsupported(request.method, accepts)))
  const errors = [...bracketed(request), ...notIntegers(request, integerParameters)]
  next(errors.length > 0 ? new Refusal(problem('invalid_request', { errors })) : undefined)
}

const parseJson = express.json({
  limit: BODY_LIMIT,
  strict: false,
  type: () => true,
  verify: (_request, _response, bytes) => {
    // Decoded leniently, what is not UTF-8 would be stored as something else than was sent.
    if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8')
  },
})

/** Reads the body, where the operation takes one. */
export const readBody: RequestHandler = (request, response, next) => {
  const { accepts = [] } = response.locals.operation ?? {}
  if (response.locals.body !== 'taken') return next()
  // At once: the parser would first read all of it.
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return next(new Refusal(problem('content_too_large')))
  parseJson(request, response, (error?: unknown) => next(error === undefined ? undefined : (bodyRefusal(error, request.method, accepts) ?? error)))
}

/** The validator asks for a body only where a member of it is required. */
export const requireBody: RequestHandler = (_request, response, next) => {
  const isMissing = response.locals.operation?.bodyRequired && response.locals.body === 'none'
  const errors: FieldError[] = [{ in: 'body', pointer: '', code: 'required', detail: NO_BODY }]
  next(isMissing ? new Refusal(problem('invalid_body', { errors })) : undefined)
}

function bodyRefusal(error: unknown, method: string, accepts: string[]): Refusal | undefined {
  const { type, status } = error as { type?: string; status?: number }
  if (type === 'entity.too.large') return new Refusal(problem('content_too_large'))
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Refusal(unsupported(method, accepts))
  return status === 400 || type === 'entity.verify.failed' ? new Refusal(problem('malformed_json')) : undefined
}

function unsupported(method: string, accepts: string[]) {
  return problem('unsupported_media_type', { headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: accepts.join(', ') } })
}

/** The validator takes `a[]=1` and `[a]=1` for `a=1`, or for nothing at all. */
function bracketed({ query }: Request): FieldError[] {
  return Object.keys(query)
    .filter((name) => name.includes('['))
    .map((name) => ({
      in: 'query',
      pointer: `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'unknown_member',
      detail: 'is not a parameter of this operation',
    }))
}

/** The validator takes `1e1`, `0x10`, ` 1` and `Infinity` for integers. */
function notIntegers({ query }: Request, names: string[]): FieldError[] {
  return names
    .filter((name) => typeof query[name] === 'string' && !/^-?(0|[1-9]\d{0,15})$/.test(query[name]))
    .map((name) => ({ in: 'query', pointer: `/${name}`, code: 'type', detail: 'must be integer' }))
}
