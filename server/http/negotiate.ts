import type { Request, RequestHandler } from 'express'
import { pointerTo } from '../contract/field-errors.ts'
import { type FieldError, problem, Refusal } from '../problems.ts'
import { isDecodable } from './normalise.ts'

/** 406 and 415, and query strings that the validator would take for something else than they say. */
export const negotiate: RequestHandler = (request, response, next) => {
  const { accepts = [], produces = [], integerParameters = [] } = response.locals.operation ?? {}
  if (produces.length > 0 && !request.accepts([...produces, 'application/problem+json'])) return next(new Refusal(problem('not_acceptable')))
  if (response.locals.body === 'refused') return next(new Refusal(unsupported(request.method, accepts)))
  const errors = [...undecodable(request), ...bracketed(request), ...notIntegers(request, integerParameters)]
  next(errors.length > 0 ? new Refusal(problem('invalid_request', { errors })) : undefined)
}

/** 415, with the media types that the operation takes. */
export function unsupported(method: string, accepts: string[]) {
  return problem('unsupported_media_type', { headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: accepts.join(', ') } })
}

/** The parser of the query takes what is not percent-encoded UTF-8 for something else, as it takes `%zz` for itself. */
function undecodable({ url }: Request): FieldError[] {
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? []
  return query
    .split('&')
    .filter((pair) => !isDecodable(pair))
    .map((pair) => {
      const [name = ''] = pair.split('=')
      return { in: 'query', pointer: isDecodable(name) ? pointerTo(decodeURIComponent(name)) : '', code: 'invalid', detail: 'is not percent-encoded UTF-8' }
    })
}

/** The validator takes `a[]=1` and `[a]=1` for `a=1`, or for nothing at all. */
function bracketed({ query }: Request): FieldError[] {
  return Object.keys(query)
    .filter((name) => name.includes('['))
    .map((name) => ({
      in: 'query',
      pointer: pointerTo(name),
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
