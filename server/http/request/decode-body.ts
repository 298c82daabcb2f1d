import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** Bytes that a compressed body may become in any case; beyond them the ratio counts. */
const FREE_BYTES = 500_000
/** Decoded bytes for each byte received. Exports of tasks stay below 30. */
const MAX_RATIO = 100

/** Why a body was not read to its end. */
export type BodyFault = 'too_large' | 'unreadable' | 'over_budget' | 'aborted'

export class BodyError extends Error {
  readonly fault: BodyFault

  constructor(fault: BodyFault, options?: ErrorOptions) {
    super(fault, options)
    this.fault = fault
  }
}

const decoders = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** Memory that a decoder may take before its first byte comes out, in bytes. */
const DECODER_BYTES = { gzip: 64_000, deflate: 64_000, br: 3_000_000 }
/** Bytes of the first buffer, where the length of the body is not known. */
const FIRST_BYTES = 16_384

const CODINGS = ['gzip', 'deflate', 'br'] as const

/**
 * Reads the body of a request, decoded by its Content-Encoding. Every limit is checked while the
 * bytes arrive, so that a refused body costs no more than the bytes up to the refusal.
 *
 * @param limit bytes, as sent and as decoded
 * @param hold called with the bytes of memory that are taken, before they are; what it throws ends
 *   the reading
 * @param inspect called with each decoded chunk; what it throws ends the reading
 * @throws {BodyError} and what `hold` and `inspect` throw; the rest of the body is then discarded
 */
export function decodeBody(
  request: IncomingMessage,
  limit: number,
  hold: (bytes: number) => void,
  inspect: (chunk: Buffer) => void,
): Promise<Buffer> {
  const coding = CODINGS.find((each) => each === request.headers['content-encoding'])
  if (coding) hold(DECODER_BYTES[coding])
  const decoder = coding && decoders[coding]()
  const source: Readable = decoder ?? request
  const known = decoder ? undefined : request.headers['content-length']
  const body = new GrowingBuffer(limit, Number(known ?? FIRST_BYTES), hold)
  let received = 0

  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      stop()
      reject(error)
    }
    const onReceived = (chunk: Buffer) => {
      received += chunk.length
      if (received > limit) fail(new BodyError('too_large'))
    }
    const onDecoded = (chunk: Buffer) => {
      const length = body.length + chunk.length
      const isBomb = length > FREE_BYTES && length > received * MAX_RATIO
      if (length > limit || (decoder && isBomb)) return fail(new BodyError('too_large'))
      try {
        inspect(chunk)
        body.append(chunk)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = () => {
      stop()
      resolve(body.bytes())
    }
    const onError = (cause: unknown) => fail(new BodyError('unreadable', { cause }))
    const onClose = () => {
      // A request that is whole closes, too, while its last bytes are decoded.
      if (!request.complete) fail(new BodyError('aborted'))
    }
    const stop = () => {
      request.off('data', onReceived).off('close', onClose).off('error', onClose)
      source.off('data', onDecoded).off('end', onEnd)
      if (decoder) {
        request.unpipe(decoder)
        // Late errors of a destroyed decoder must still have a listener.
        decoder.off('error', onError).on('error', () => {})
        decoder.destroy()
      }
      request.resume()
    }
    request.on('data', onReceived).on('close', onClose).on('error', onClose)
    source.on('data', onDecoded).on('end', onEnd)
    if (decoder) request.pipe(decoder.on('error', onError))
  })
}

/** Bytes in one piece of memory: a list of many small chunks takes hundreds of bytes for each. */
class GrowingBuffer {
  length = 0
  readonly #limit: number
  readonly #hold: (bytes: number) => void
  #buffer: Buffer

  constructor(limit: number, size: number, hold: (bytes: number) => void) {
    this.#limit = limit
    this.#hold = hold
    const first = Math.min(size, limit, FIRST_BYTES)
    hold(first)
    this.#buffer = Buffer.allocUnsafeSlow(first)
  }

  append(chunk: Buffer): void {
    const length = this.length + chunk.length
    if (length > this.#buffer.length) {
      const size = Math.min(this.#limit, Math.max(length, 2 * this.#buffer.length))
      this.#hold(size - this.#buffer.length)
      const larger = Buffer.allocUnsafeSlow(size)
      this.#buffer.copy(larger, 0, 0, this.length)
      this.#buffer = larger
    }
    chunk.copy(this.#buffer, this.length)
    this.length = length
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }
}
