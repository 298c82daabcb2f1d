import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express, Request, Response } from 'express'
import { closeLingering, endLingering } from './lingering-close.ts'

/**
 * Requests of one connection that wait for those before them; while there are as many, no more is
 * read from it.
 */
const WAITING_LIMIT = 32

/**
 * Requests that wait so on all connections. Node reads some thousands at once from one that sends
 * without waiting.
 */
const WAITING_LIMIT_IN_ALL = 20_000

/** Bytes of an unwanted body that are read and discarded. */
const READ_LIMIT = 10_000_000

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

/**
 * Serves the requests of a connection one after the other. A client that sends the next one before
 * it has the answer of the last may rely on their order: only safe ones might be done at once (RFC
 * 9112, 9.3.2). What cannot be read gets its refusal in its turn too, or it would be taken for the
 * answer to an earlier request, which may have been done.
 *
 * @param refuse answers what cannot be read, and ends the connection
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
    // Node goes on reading by itself when a request is whole.
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
        // The connection was cut, and what waited on it is counted off already.
        if (queue.length === 0) return
        waiting -= 1
        queue.shift()
        const [next] = queue
        const error = broken.get(socket)
        // Once the end is announced, what comes behind it is not done: the client would not hear of
        // it.
        if (socket.destroyed || socket.writableEnded) {
          waiting -= queue.length
          queue.length = 0
        } else if (next) begin(next)
        // What broke was the body of the request that is answered by now, or comes after it.
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

    /** What came on the connection cannot be read, or does not come. */
    refuse(error: Error, socket: Duplex): void {
      const queue = queueOf(socket)
      const [only] = queue
      if (!only || (queue.length === 1 && awaitsBody(only))) refuse(error, socket)
      else broken.set(socket, error)
    },

    /**
     * From here on Node leaves the connection to its caller: what waits on it can no longer be
     * answered.
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
 * An answer may come before the request is whole. The rest of a short one is read to its end, or a
 * client that is still sending it might not see the answer; not of one that may be endless.
 */
function lingerFor(request: IncomingMessage): void {
  const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (!request.complete && length > READ_LIMIT) request.once('end', closeLingering(request.socket))
}
