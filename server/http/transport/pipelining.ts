import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express, Request, Response } from 'express'
import { closeLingering, endLingering } from './lingering-close.ts'

/**
 * Maximum number of requests that wait on one connection. At this number, the server stops reading
 * from the connection.
 */
const WAITING_LIMIT = 32

/**
 * Maximum number of waiting requests on all connections. Node parses thousands at once from a
 * client that sends without waiting.
 */
const WAITING_LIMIT_IN_ALL = 20_000

/** Bytes of an unwanted body that are read and discarded. */
const READ_LIMIT = 10_000_000

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

/**
 * Serves the requests of a connection one after another. A client that sends a request before the
 * previous response may rely on their order. Only safe requests could run concurrently (RFC 9112,
 * 9.3.2).
 * Unparsable data is refused in its turn, too. Otherwise the refusal would look like the response
 * to an earlier request, which may have been done.
 *
 * @param refuse answers unparsable data, and ends the connection
 */
export function serializePipelinedRequests(
  app: Express,
  refuse: (error: Error, socket: Duplex) => void,
) {
  const queues = new WeakMap<Duplex, Exchange[]>()
  let waiting = 0
  const broken = new WeakMap<Duplex, Error>()

  function begin({ request, response }: Exchange): void {
    const error = broken.get(request.socket)
    if (error && !request.complete) refuse(error, request.socket)
    else app(request, response)
  }

  function queueOf(socket: Duplex): Exchange[] {
    const known = queues.get(socket)
    if (known) return known
    const queue: Exchange[] = []
    queues.set(socket, queue)
    // Node resumes reading by itself when a request is complete.
    socket.on('resume', () => {
      if (queue.length >= WAITING_LIMIT) socket.pause()
    })
    return queue
  }

  return {
    serve(request: IncomingMessage, response: ServerResponse): void {
      const { socket } = request
      const queue = queueOf(socket)
      response.once('finish', () => lingerFor(request))
      response.once('close', () => {
        // The connection was destroyed, and its waiting requests are no longer counted.
        if (queue.length === 0) return
        waiting -= 1
        queue.shift()
        const [next] = queue
        const error = broken.get(socket)
        // After the end of the connection is announced, later requests are not processed: the
        // client would not receive their responses.
        if (socket.destroyed || socket.writableEnded) {
          waiting -= queue.length
          queue.length = 0
        } else if (next) begin(next)
        // The error is in the body of the request that was just answered, or in data after it.
        else if (error && !request.complete) endLingering(socket)
        else if (error) refuse(error, socket)
        if (queue.length === WAITING_LIMIT - 1) socket.resume()
      })
      queue.push({ request, response })
      waiting += 1
      if (queue.length >= WAITING_LIMIT) socket.pause()
      if (queue.length > WAITING_LIMIT && waiting > WAITING_LIMIT_IN_ALL)
        return void socket.destroy()
      if (queue.length === 1) begin({ request, response })
    },

    /** Handles data on the connection that cannot be parsed, or that does not arrive. */
    refuse(error: Error, socket: Duplex): void {
      const queue = queueOf(socket)
      const [only] = queue
      if (!only || (queue.length === 1 && awaitsBody(only))) refuse(error, socket)
      else broken.set(socket, error)
    },

    /**
     * Handles CONNECT. Node leaves the socket to this function, so requests that wait on the
     * connection can no longer be answered.
     */
    refuseTunnel(socket: Duplex): void {
      socket.on('error', () => socket.destroy())
      if (queueOf(socket).length > 0) socket.destroy()
      else refuse(new Error('CONNECT is for proxies'), socket)
    },
  }
}

/** Whether nothing has been done for a request yet, since its body is still to come. */
function awaitsBody({ request, response }: Exchange): boolean {
  const { locals } = response as Partial<Response>
  const hasOne = locals?.body === 'taken' || locals?.body === 'refused'
  return (
    hasOne && !request.complete && !response.headersSent && (request as Request).body === undefined
  )
}

/**
 * A response may be sent before the request is complete. The rest of a short request is read to its
 * end: otherwise a client that is still sending might not see the response. A request that may be
 * endless is cut off after a delay.
 */
function lingerFor(request: IncomingMessage): void {
  const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (!request.complete && length > READ_LIMIT) request.once('end', closeLingering(request.socket))
}
