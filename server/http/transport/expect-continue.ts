import type { ServerResponse } from 'node:http'

/**
 * Answers whose clients wait for leave to send the body (RFC 9110, 10.1.1), and whether their
 * connections were to be kept.
 */
const waiting = new WeakMap<ServerResponse, boolean>()

/**
 * Until the client is told to continue, it is unknown whether the body comes, so the connection
 * ends with the answer.
 */
export function awaitContinue(response: ServerResponse): void {
  waiting.set(response, response.shouldKeepAlive)
  response.shouldKeepAlive = false
}

/** Tells a client that waits to send the body. */
export function sendContinue(response: ServerResponse): void {
  const keepAlive = waiting.get(response)
  if (keepAlive === undefined) return
  response.shouldKeepAlive = keepAlive
  response.writeContinue()
}
