import type { RequestHandler } from 'express'
import { findPath } from '../contract/route.ts'
import { problem, Refusal } from '../problems.ts'

/** Finds the operation of a request; under `/api` everything else is refused here. HEAD is answered by GET, OPTIONS by the methods there are. */
export const locate: RequestHandler = (request, response, next) => {
  const methods = findPath(request.path)
  if (!methods) return request.path === '/api' || request.path.startsWith('/api/') ? next(new Refusal(problem('not_found'))) : next()
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (request.method === 'OPTIONS') return void response.status(204).set({ Allow: allow, 'Cache-Control': 'private, no-store' }).end()
  // Node has noted HEAD already and sends no body; from here on it is a GET for everybody.
  if (request.method === 'HEAD') request.method = 'GET'
  const operation = methods.get(request.method)
  if (!operation) return next(new Refusal(problem('method_not_allowed', { headers: { Allow: allow } })))
  response.locals.operation = operation
  next()
}
