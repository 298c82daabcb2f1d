import type { ServerResponse } from 'node:http'

/**
 * Responses whose clients wait for 100 Continue before they send the body (RFC 9110, 10.1.1). The
 * value is whether the connection was to be kept alive.
 */
const waiting = new WeakMap<ServerResponse, boolean>()

/**
 * Until 100 Continue is sent, it is unknown whether the client sends the body. So the connection is
 * closed after the response.
 */
export function awaitContinue(response: ServerResponse): void {
  waiting.set(response, response.shouldKeepAlive)
  response.shouldKeepAlive = false
}

/** Sends 100 Continue to a client that waits for it. */
export function sendContinue(response: ServerResponse): void {
  const keepAlive = waiting.get(response)
  if (keepAlive === undefined) return
  response.shouldKeepAlive = keepAlive
  response.writeContinue()
}
