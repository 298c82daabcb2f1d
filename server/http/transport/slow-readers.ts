import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'

export interface ReadingLimits {
  /** How often connections are looked at, in milliseconds. */
  intervalMs: number
  /**
   * How long a client may take for any response, in milliseconds, and at what speed it must read a
   * long one.
   */
  graceMs: number
  minBytesPerSecond: number
  /** Bytes of responses that wait in memory for their clients, on all connections. */
  maxWaitingBytes: number
}

const LIMITS: ReadingLimits = {
  intervalMs: 1_000,
  graceMs: 30_000,
  minBytesPerSecond: 8_000,
  maxWaitingBytes: 100_000_000,
}

/** When bytes began to wait on a connection, and how many had left it by then. */
interface Waiting {
  since: number
  sentBefore: number
}

/**
 * Closes connections whose clients read a response too slowly: a response uses memory until it is
 * read. If too many bytes wait in total, the connections that have waited longest are closed first.
 * A client that reads nothing at all is closed by the timeout of the server.
 */
export function cutSlowReaders(server: Server, log: Logger, limits = LIMITS): void {
  const waiting = new Map<Socket, Waiting>()
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      waiting.delete(socket)
    })
  })

  const cut = (socket: Socket, reason: string) => {
    log.warn({ reason, bytes: socket.writableLength }, 'a client that reads slowly was cut off')
    socket.destroy()
  }

  const look = () => {
    const now = performance.now()
    let bytes = 0
    for (const socket of sockets) {
      if (socket.writableLength === 0) {
        waiting.delete(socket)
        continue
      }
      const sent = socket.bytesWritten - socket.writableLength
      const { since, sentBefore } = waiting.get(socket) ?? { since: now, sentBefore: sent }
      waiting.set(socket, { since, sentBefore })
      const allowed =
        limits.graceMs + (socket.bytesWritten - sentBefore) / (limits.minBytesPerSecond / 1_000)
      if (now - since > allowed) cut(socket, 'it is too slow')
      else bytes += socket.writableLength
    }
    // A map keeps the order of insertion: the longest waiting come first.
    for (const [socket] of waiting) {
      if (bytes <= limits.maxWaitingBytes) break
      if (socket.destroyed) continue
      bytes -= socket.writableLength
      cut(socket, 'too many bytes wait in all')
    }
  }
  const timer = setInterval(look, limits.intervalMs).unref()
  server.once('close', () => clearInterval(timer))
}
