import express, { type RequestHandler } from 'express'
import { type FieldError, problem, Refusal } from '../problems.ts'

/** Most bytes of a body that are read; the contract's longest body is far below. */
const BODY_LIMIT = 100_000

/**
 * 406 and 415, and what the validator cannot bear: it compiles one validator per Content-Type it meets and keeps it for ever,
 * and takes `a[]=1` for `a=1`.
 */
export const negotiate: RequestHandler = (request, response, next) => {
  const { accepts = [], produces = [], bodyRequired = false } = response.locals.operation ?? {}
  if (produces.length > 0 && !request.accepts([...produces, 'application/problem+json'])) return next(new Refusal(problem('not_acceptable')))
  const bracketed = Object.keys(request.query).filter((name) => name.includes('['))
  if (bracketed.length > 0) return next(new Refusal(problem('invalid_request', { errors: bracketed.map(unknownParameter) })))
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const type = hasBody ? request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() : undefined
  if (hasBody && accepts.length > 0) {
    if (type === undefined || !accepts.includes(type)) return next(new Refusal(unsupported(request.method, accepts)))
    return next()
  }
  // The validator names a missing body only where it knows which body is meant.
  if (bodyRequired) request.headers['content-type'] = accepts[0]
  else delete request.headers['content-type']
  next()
}

const parseJson = express.json({ limit: BODY_LIMIT, strict: false, type: () => true })

/** Reads the body, where the operation takes one. */
export const readBody: RequestHandler = (request, response, next) => {
  const { accepts = [] } = response.locals.operation ?? {}
  const type = request.headers['content-type']
  if (accepts.length === 0 || type === undefined) return next()
  parseJson(request, response, (error?: unknown) => {
    // The parameters have served the parser; the validator would keep one validator for each spelling.
    request.headers['content-type'] = type.split(';', 1)[0]?.trim().toLowerCase()
    next(error === undefined ? undefined : (bodyRefusal(error, request.method, accepts) ?? error))
  })
}

function bodyRefusal(error: unknown, method: string, accepts: string[]): Refusal | undefined {
  const { type } = error as { type?: string }
  if (type === 'entity.too.large') return new Refusal(problem('content_too_large'))
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Refusal(unsupported(method, accepts))
  const unreadable = error instanceof Error && 'status' in error && error.status === 400
  return unreadable ? new Refusal(problem('malformed_json')) : undefined
}

function unsupported(method: string, accepts: string[]) {
  return problem('unsupported_media_type', { headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: accepts.join(', ') } })
}

function unknownParameter(name: string): FieldError {
  return {
    in: 'query',
    pointer: `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    code: 'unknown_member',
    detail: 'is not a parameter of this operation',
  }
}
