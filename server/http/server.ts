import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { refuseUnreadable } from './unreadable.ts'

/** The HTTP server of an app: how long it waits, and what it answers where no request reaches the app. */
export function httpServer(app: Express, log: Logger): Server {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 5_000, requireHostHeader: false })
  /** Requests of a connection that wait for their answer. */
  const waiting = new WeakMap<Duplex, number>()
  const broken = new WeakSet<Duplex>()
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1)
    response.once('close', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
      if (broken.has(socket) && waiting.get(socket) === 0) socket.end()
    })
    app(request, response)
  }
  server.on('request', serve)
  // An expectation that nobody knows is left alone (RFC 9110, 10.1.1), not answered by Node without a problem.
  server.on('checkExpectation', serve)
  server.on('clientError', (error, socket) => {
    // Whoever still waits would take the refusal for the answer to an earlier request, which may have been done.
    if (waiting.get(socket)) broken.add(socket)
    else refuseUnreadable(error, socket, log)
  })
  server.on('connect', (_request, socket) => refuseUnreadable(new Error('CONNECT is for proxies'), socket, log))
  return server
}
