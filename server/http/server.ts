import { createServer, type Server } from 'node:http'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { refuseUnreadable } from './unreadable.ts'

/** The HTTP server of an app: how long it waits, and what it answers where no request reaches the app. */
export function httpServer(app: Express, log: Logger): Server {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000, requireHostHeader: false }, app)
  server.on('clientError', (error, socket) => refuseUnreadable(error, socket, log))
  server.on('connect', (_request, socket) => refuseUnreadable(new Error('CONNECT is for proxies'), socket, log))
  // An expectation that nobody knows is left alone (RFC 9110, 10.1.1), not answered by Node without a problem.
  server.on('checkExpectation', (request, response) => app(request, response))
  return server
}
