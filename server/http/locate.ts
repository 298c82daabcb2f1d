import type { RequestHandler } from 'express'
import { findPath } from '../contract/route.ts'
import { problem, Refusal } from '../problems.ts'

/**
 * Finds the operation of a request. Under `/api` everything else is refused, once the limits have counted it.
 * HEAD is answered by GET, OPTIONS by the methods there are.
 */
export const locate: RequestHandler = (request, response, next) => {
  const methods = findPath(request.path)
  if (!methods) {
    if (request.path === '/api' || request.path.startsWith('/api/')) response.locals.refusal = problem('not_found')
    return next()
  }
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (request.method === 'OPTIONS') return void response.status(204).set({ Allow: allow, 'Cache-Control': 'private, no-store' }).end()
  // Node has noted HEAD already and sends no body; from here on it is a GET for everybody.
  if (request.method === 'HEAD') {
    response.locals.isHead = true
    request.method = 'GET'
  }
  const operation = methods.get(request.method)
  if (operation) response.locals.operation = operation
  else response.locals.refusal = problem('method_not_allowed', { headers: { Allow: allow } })
  next()
}

/** Refuses what `locate` found no operation for. */
export const refuseUnlocated: RequestHandler = (_request, response, next) => {
  const { refusal } = response.locals
  next(refusal ? new Refusal(refusal) : undefined)
}
