import type { Request, RequestHandler, Response } from 'express'
import { findPath } from '../../contract/route.ts'
import { setOperation } from '../../contract/validator.ts'
import { ProblemError, problem } from '../../problems.ts'

/**
 * Finds the operation of a request. Under `/api` everything else is refused, once the limits have
 * counted it.
 * HEAD is answered by GET, OPTIONS by the methods there are.
 */
export const findOperation: RequestHandler = (request, response, next) => {
  const methods = findPath(request.path)
  if (!methods) {
    const isApi = request.path === '/api' || request.path.startsWith('/api/')
    // A page of a trusted origin sees the error only in the response to the request itself. It may
    // not send that request before its preflight has succeeded.
    if (isApi && isPreflight(request) && response.hasHeader('Access-Control-Allow-Origin'))
      return noContent(response, {})
    if (isApi) response.locals.refusal = problem('not_found')
    return next()
  }
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (request.method === 'OPTIONS') return noContent(response, { Allow: allow })
  // Node already knows that this is a HEAD and sends no body. All later stages treat it as a GET.
  if (request.method === 'HEAD') {
    response.locals.isHead = true
    request.method = 'GET'
  }
  const operation = methods.get(request.method)
  if (operation) {
    response.locals.operation = operation
    setOperation(request, operation)
  } else response.locals.refusal = problem('method_not_allowed', { headers: { Allow: allow } })
  next()
}

const isPreflight = ({ method, headers }: Request) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

function noContent(response: Response, headers: Record<string, string>): void {
  response
    .status(204)
    .set({ ...headers, 'Cache-Control': 'private, no-store' })
    .end()
}

/** Refuses what `findOperation` found no operation for. */
export const refuseUnrouted: RequestHandler = (_request, response, next) => {
  const { refusal } = response.locals
  next(refusal ? new ProblemError(refusal) : undefined)
}
