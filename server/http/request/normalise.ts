import type { RequestHandler } from 'express'
import { ProblemError, problem } from '../../problems.ts'

/**
 * Reduces the request target to a path and a query, the form that all later stages read (RFC 9112,
 * 3.2).
 * Refuses a request whose host, caller, key or media type could be read differently by a proxy (RFC
 * 9110, 5.3).
 */
export const normaliseTarget: RequestHandler = (request, _response, next) => {
  const target = request.url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  request.url = target.startsWith('/') ? target : `/${target}`
  request.originalUrl = request.url
  if (request.headers.accept !== undefined)
    request.headers.accept = mediaRanges(request.headers.accept)
  const {
    host,
    authorization,
    'content-type': contentType,
    'idempotency-key': key,
  } = request.headersDistinct
  const isAmbiguous = [host, authorization, contentType, key].some(
    (lines) => lines !== undefined && lines.length > 1,
  )
  const coding = request.headers['transfer-encoding']
  // HTTP/1.0 knows no transfer coding: a proxy in front may see another length (RFC 9112, 6.1).
  const isUnknown =
    coding !== undefined && (coding.toLowerCase() !== 'chunked' || request.httpVersion === '1.0')
  next(
    isAmbiguous || isUnknown || (request.httpVersion === '1.1' && !request.headers.host)
      ? new ProblemError(problem('malformed_http'))
      : undefined,
  )
}

/**
 * Tells whether a body came that the operation takes, and leaves of Content-Type and
 * Content-Encoding the names that the parser knows:
 * `utf8` is no charset to it, and `x-gzip` no coding (RFC 9110, 8.4.1.3).
 */
export const normaliseContent: RequestHandler = (request, response, next) => {
  const { accepts = [] } = response.locals.operation ?? {}
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  // JSON is UTF-8 (RFC 8259, 8.1).
  const isUtf8 = parameters.every((parameter) => {
    const [name = '', value = ''] = parameter.split('=').map((each) => each.trim())
    return name !== 'charset' || /^(["']?)utf-?8\1$/.test(value)
  })
  const coding = codingOf(request.headers['content-encoding'])
  const taken = accepts.includes(type) && isUtf8 && coding !== undefined
  // A body that the operation did not ask for is left unread.
  response.locals.body = !hasBody || accepts.length === 0 ? 'none' : taken ? 'taken' : 'refused'
  if (response.locals.body === 'taken')
    Object.assign(request.headers, { 'content-type': type, 'content-encoding': coding })
  // The validator would compile, and keep, one check for each media type that a client makes up.
  else delete request.headers['content-type']
  next()
}

/** The codings of a body that the contract names, and none at all. */
const CODINGS = ['gzip', 'deflate', 'br', 'identity']

/**
 * The coding of a body, by the name that its parser knows; undefined where the contract names no
 * such coding.
 */
function codingOf(header = ''): string | undefined {
  const [coding = 'identity', ...more] = listOf(header)
    .map((each) => each.toLowerCase().replace(/^x-/, ''))
    .filter((each) => each !== 'identity')
  return more.length === 0 && CODINGS.includes(coding) ? coding : undefined
}

const RANGE = /^(\*\/\*|[!#$%&'*+.^_`|~\w-]+\/(\*|[!#$%&'*+.^_`|~\w-]+))$/

/**
 * `Accept` as clients really send it, for a negotiation that takes it at its word:
 * `application/json; charset=utf-8` means JSON, a lone `*` (Java) means anything, and what is no
 * media range means nothing. Parameters other than the weight are left out (RFC 9110, 12.5.1).
 *
 * @example
 * mediaRanges('application/json; charset=utf-8, text/csv; q=.2')
 * // 'application/json;q=1, text/csv;q=0.2'
 */
export function mediaRanges(accept: string): string {
  const ranges = listOf(accept).flatMap((element) => {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    const range = name === '*' ? '*/*' : name
    if (!RANGE.test(range)) return []
    const weights = parameters.flatMap(
      (parameter) => /^q\s*=\s*(\d+(?:\.\d*)?|\.\d+)$/.exec(parameter)?.[1] ?? [],
    )
    const weight = Math.min(1, Number(weights[0] ?? 1))
    // `;q=0` with other parameters refuses that variant only, and no type here has parameters.
    return weight === 0 && parameters.some((parameter) => !/^(q|charset)\s*=/.test(parameter))
      ? []
      : [`${range};q=${weight}`]
  })
  return ranges.join(', ') || '*/*'
}

/**
 * The elements of a list (RFC 9110, 5.6.1), whose quoted strings may hold commas; empty ones are
 * left out. A loop, because patterns backtrack.
 */
function listOf(header: string): string[] {
  const elements: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at <= header.length; at += 1) {
    if (isQuoted && header[at] === '\\') at += 1
    else if (header[at] === '"') isQuoted = !isQuoted
    else if (at >= header.length || (header[at] === ',' && !isQuoted)) {
      elements.push(header.slice(start, at).trim())
      start = at + 1
    }
  }
  return elements.filter(Boolean)
}

export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
