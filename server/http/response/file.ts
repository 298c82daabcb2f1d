import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { setHead } from './send.ts'

export interface FileResponse {
  status: number
  headers: Record<string, string>
  chunks: AsyncIterable<string>
}

/**
 * Sends a file chunk by chunk, as fast as it is read. Until the first chunk is there it can still
 * be refused; after that only the end of the connection can say that it is not whole.
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
    // A mere end of the connection is how a whole file ends for HTTP/1.0, which many a proxy
    // speaks.
    response.socket?.resetAndDestroy()
    throw error
  }
}
