import type { RequestHandler } from 'express'
import { problem, Refusal } from '../problems.ts'

/** Brings the request target to the form that everything after this reads: a path and a query (RFC 9112, 3.2). */
export const normaliseTarget: RequestHandler = (request, _response, next) => {
  const target = request.url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  request.url = target.startsWith('/') ? target : `/${target}`
  // The validator reads `originalUrl` and fails on what cannot be decoded, before the caller is known;
  // encoded once more, it is an ordinary wrong value.
  request.originalUrl = isDecodable(request.path) ? request.url : request.url.replaceAll('%', '%25')
  next(request.httpVersion === '1.1' && !request.headers.host ? new Refusal(problem('malformed_http')) : undefined)
}

/**
 * Leaves of Content-Type only what the operation takes. The validator compiles one validator for each spelling it meets,
 * of requests and of their answers, and keeps it for ever, so it must never see what a stranger made up.
 */
export const normaliseContentType: RequestHandler = (request, response, next) => {
  const { accepts = [], bodyRequired = false } = response.locals.operation ?? {}
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase())
  // JSON is UTF-8 (RFC 8259, 8.1).
  const isUtf8 = parameters.every((parameter) => !/^charset=(?!"?utf-?8"?$)/.test(parameter))
  const taken = accepts.includes(type) && isUtf8
  // A body that the operation did not ask for is left unread.
  response.locals.body = !hasBody || accepts.length === 0 ? 'none' : taken ? 'taken' : 'refused'
  if (hasBody && taken) request.headers['content-type'] = type
  // A body that is missing is named by the validator only where it knows which body is meant.
  else if (!hasBody && bodyRequired) request.headers['content-type'] = accepts[0]
  else delete request.headers['content-type']
  next()
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
