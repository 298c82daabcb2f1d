import type { Duplex } from 'node:stream'

/** How long a client has to read its answer before its connection is cut, in milliseconds. */
const LINGER = 2_000

/**
 * Says the last that there is to say on a connection, and cuts it where the other side does not end
 * it: a half-open one would be kept for ever, and one that still sends be read for ever.
 * Not at once: a client that still sends might not see the response.
 */
export function endLingering(socket: Duplex, bytes?: string): void {
  // Node may have removed its own listener, and an error without one ends the process.
  socket.on('error', () => socket.destroy())
  closeLingering(socket)
  socket.end(bytes)
}

/** Cuts a connection soon, unless that is called off. */
export function closeLingering(socket: Duplex): () => void {
  const limit = setTimeout(() => socket.destroy(), LINGER).unref()
  return () => clearTimeout(limit)
}
