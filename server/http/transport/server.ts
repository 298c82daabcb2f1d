import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { refuseUnreadableRequest } from './client-error.ts'
import { awaitContinue } from './expect-continue.ts'
import { serializePipelinedRequests } from './pipelining.ts'
import { cutSlowReaders } from './slow-readers.ts'

/**
 * Milliseconds in which at least one byte must move on a connection that waits for something.
 * Longer than a request may take to arrive, which is answered 408.
 */
const STALL_MS = 40_000

/**
 * Creates the HTTP server of an app. It sets the timeouts, and the responses to requests that do
 * not reach the app.
 */
export function httpServer(app: Express, log: Logger): Server {
  const server = createServer({
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 5_000,
    requireHostHeader: false,
  })
  // A connection on which no byte moves, in either direction: a client that reads nothing, or one
  // that never sends.
  server.timeout = STALL_MS
  const { serve, refuse, refuseTunnel } = serializePipelinedRequests(app, (error, socket) =>
    refuseUnreadableRequest(error, socket, log),
  )
  server.on('request', serve)
  // An unknown expectation is ignored (RFC 9110, 10.1.1), not answered by Node without
  // a problem.
  server.on('checkExpectation', serve)
  // A client that asks before it sends a body gets 100 Continue only if the body is needed, not if
  // the request is refused anyway.
  server.on('checkContinue', (request, response) => {
    awaitContinue(response)
    serve(request, response)
  })
  server.on('clientError', refuse)
  server.on('connect', (_request, socket) => refuseTunnel(socket))
  cutSlowReaders(server, log)
  return server
}
