import type { RequestHandler } from 'express'
import { problem, Refusal } from '../problems.ts'

/**
 * Brings the request target to the form that everything after this reads: a path and a query (RFC 9112, 3.2).
 * Refuses a request whose host, caller, key or media type another reader on the way might take for another (RFC 9110, 5.3).
 */
export const normaliseTarget: RequestHandler = (request, _response, next) => {
  const target = request.url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  request.url = target.startsWith('/') ? target : `/${target}`
  request.originalUrl = request.url
  const { host, authorization, 'content-type': contentType, 'idempotency-key': key } = request.headersDistinct
  const isAmbiguous = [host, authorization, contentType, key].some((lines) => lines !== undefined && lines.length > 1)
  const coding = request.headers['transfer-encoding']
  const isUnknown = coding !== undefined && coding.toLowerCase() !== 'chunked'
  next(isAmbiguous || isUnknown || (request.httpVersion === '1.1' && !request.headers.host) ? new Refusal(problem('malformed_http')) : undefined)
}

/**
 * Tells whether a body came, and leaves of Content-Type only the media type that the operation takes: `utf8` is no charset to the parser.
 */
export const normaliseContentType: RequestHandler = (request, response, next) => {
  const { accepts = [] } = response.locals.operation ?? {}
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase())
  // JSON is UTF-8 (RFC 8259, 8.1).
  const isUtf8 = parameters.every((parameter) => !/^charset=(?!"?utf-?8"?$)/.test(parameter))
  const taken = accepts.includes(type) && isUtf8
  // A body that the operation did not ask for is left unread.
  response.locals.body = !hasBody || accepts.length === 0 ? 'none' : taken ? 'taken' : 'refused'
  if (taken) request.headers['content-type'] = type
  next()
}

export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
