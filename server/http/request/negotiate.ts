import type { Request, RequestHandler } from 'express'
import { pointerTo } from '../../contract/field-errors.ts'
import { type FieldError, ProblemError, problem } from '../../problems.ts'
import { isDecodable } from './normalise.ts'

/** 406 and 415, and query strings that cannot be decoded. */
export const negotiate: RequestHandler = (request, response, next) => {
  const { accepts = [], produces = [] } = response.locals.operation ?? {}
  if (produces.length > 0 && !request.accepts(produces) && !wantsProblemsOnly(request))
    return next(new ProblemError(problem('not_acceptable')))
  if (response.locals.body === 'refused')
    return next(new ProblemError(unsupported(request.method, accepts)))
  const errors = undecodable(request)
  next(errors.length > 0 ? new ProblemError(problem('invalid_request', { errors })) : undefined)
}

/** A client that accepts problems only gets the response of the operation all the same. */
const wantsProblemsOnly = ({ headers }: Request) =>
  /^application\/problem\+json;q=(?!0$)[\d.]+$/.test(headers.accept ?? '')

/** 415, with the media types that the operation takes. */
export function unsupported(method: string, accepts: string[]) {
  return problem('unsupported_media_type', {
    headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: accepts.join(', ') },
  })
}

/**
 * The parser of the query takes what is not percent-encoded UTF-8 for something else, as it takes
 * `%zz` for itself.
 */
function undecodable({ url }: Request): FieldError[] {
  if (!url.includes('?')) return []
  const [, query = ''] = /\?(.*)$/s.exec(url) ?? []
  return query
    .split('&')
    .filter((pair) => !isDecodable(pair))
    .map((pair) => {
      const [name = ''] = pair.split('=')
      return {
        in: 'query',
        pointer: isDecodable(name) ? pointerTo(decodeURIComponent(name)) : '',
        code: 'invalid',
        detail: 'Is not percent-encoded UTF-8.',
      }
    })
}
