import type { Duplex } from 'node:stream'

/** How long a client has to read its response before its connection is cut, in milliseconds. */
const LINGER = 2_000

/**
 * Sends the last bytes on a connection and, if the client does not close it, destroys it after a
 * delay. Otherwise a half-open connection would be kept forever, and a client that keeps sending
 * would be read forever.
 * The delay is necessary: a client that is still sending might not see the response.
 */
export function endLingering(socket: Duplex, bytes?: string): void {
  // Node may have removed its own listener, and an error without one ends the process.
  socket.on('error', () => socket.destroy())
  closeLingering(socket)
  socket.end(bytes)
}

/** Destroys a connection after a delay. The returned function cancels that. */
export function closeLingering(socket: Duplex): () => void {
  const limit = setTimeout(() => socket.destroy(), LINGER).unref()
  return () => clearTimeout(limit)
}
