import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { setHead } from './send.ts'

export interface FileResponse {
  status: number
  headers: Record<string, string>
  chunks: AsyncIterable<string>
}

/**
 * Sends a file chunk by chunk, as fast as the client reads. The request can be refused until the
 * first chunk is available. After that, only a connection reset can signal an incomplete file.
 */
export async function sendFile(
  response: Response,
  { status, headers, chunks }: FileResponse,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first = await iterator.next()
  setHead(response, status, headers)
  response.type(response.locals.operation?.produces[0] ?? '')
  response.flushHeaders()
  if (response.locals.isHead) {
    await iterator.return?.()
    response.end()
    return
  }
  await pipeline(resumed(first, iterator, response), response).catch(
    (error: NodeJS.ErrnoException) => {
      // The reader went away.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    },
  )
}

async function* resumed(
  first: IteratorResult<string>,
  rest: AsyncIterator<string>,
  response: Response,
): AsyncGenerator<string> {
  if (first.done) return
  try {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => rest }
  } catch (error) {
    // With HTTP/1.0, which many proxies use, a normal end of the connection marks a complete file.
    response.socket?.resetAndDestroy()
    throw error
  }
}
