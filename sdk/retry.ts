import { DocketError, ForeignResponse, NoResponseError } from './errors.ts'
import type { Recognised } from './recognise.ts'
import type { Fetch } from './tokens.ts'

export interface RetryOptions {
  /**
   * Most tries after the first, of reads and of writes that have an `Idempotency-Key`; default: as
   * many as `timeout` has room for.
   */
  retries?: number | undefined
  /**
   * Milliseconds that one try may take, to the end of its response; default 10,000. A file may take
   * longer once it has begun.
   */
  tryTimeout?: number | undefined
  /**
   * Milliseconds that a call may take with all its tries; default 30,000, in which a server
   * restarts. A wait that the server asks for and that would end later is not begun. What is read
   * of a `raw` response may take longer.
   */
  timeout?: number | undefined
}

/** Milliseconds. */
export const DEFAULT_TIMEOUT = 30_000
/** Statuses of problems after which another try may succeed. */
const RETRYABLE_STATUSES = [408, 429, 500, 502, 503, 504]
/** Milliseconds: a timer that is set longer fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1
/** Tries after a 500, which seldom passes. */
const RETRIES_OF_500 = 3
/** Milliseconds: the first wait and the longest, where the server does not say how long. */
const [FIRST_WAIT, LONGEST_WAIT] = [250, 8_000]

export interface Persistence extends RetryOptions {
  /** What the errors call the operation and the server. */
  address: string
  /** Whether the response is handed on as soon as it begins, to be read by the caller. */
  isRaw?: boolean
  /** Reads a response; throws a {@link ForeignResponse} where it is not one of Docket's. */
  recognise: (response: Response, text: string | undefined) => Recognised
  /** Hears why a try failed. */
  onFailure?: (error: unknown) => void
}

/**
 * Returns a fetch that retries requests which are safe to repeat. It waits for a random time, or
 * for as long as the server says.
 * A response that is not from Docket counts as no response.
 *
 * The timeout starts here, so each call needs its own.
 *
 * @throws {NoResponseError} when the last try got no response of Docket
 */
export function persistent(fetch: Fetch, options: Persistence): Fetch {
  const {
    retries = Number.POSITIVE_INFINITY,
    tryTimeout = 10_000,
    timeout = DEFAULT_TIMEOUT,
  } = options
  const { address, isRaw = false, recognise, onFailure } = options
  const deadline = Date.now() + timeout
  return async (request) => {
    const body = /^(GET|HEAD)$/.test(request.method) ? null : await request.arrayBuffer()
    const isRepeatable = body === null || request.headers.has('Idempotency-Key')
    for (let tried = 0; ; tried += 1) {
      request.signal.throwIfAborted()
      let response: Response | undefined
      let text: string | undefined
      let failure: unknown
      try {
        const tryOf = await sendOnce(fetch, request, body, tryTimeout, isRaw)
        response = tryOf.response
        text = tryOf.text
      } catch (error) {
        // No access token could be obtained; its own retries have failed already.
        if (error instanceof DocketError) throw error
        failure = new NoResponseError(error, address)
      }
      try {
        const { error } = response ? recognise(response, text) : { error: undefined }
        if (
          response &&
          (!error ||
            !RETRYABLE_STATUSES.includes(error.status) ||
            (error.status === 500 && tried >= RETRIES_OF_500))
        )
          return response
        failure ??= error
      } catch (error) {
        if (!(error instanceof ForeignResponse)) throw error
        failure = new NoResponseError(error, address)
      }
      onFailure?.(failure)
      const wait = waitFor(response, tried)
      if (!isRepeatable || tried >= retries || Date.now() + wait >= deadline) {
        if (failure instanceof NoResponseError) throw failure
        if (response) return response
        throw failure
      }
      await pause(wait, request.signal)
    }
  }
}

/**
 * Returns `wanted`, unless the signal or the timeout ends the wait first.
 *
 * @param late the error to throw after the timeout
 * @throws the reason of the signal when that ends it
 */
export async function within<Wanted>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  wanted: (over: AbortSignal) => Promise<Wanted>,
  late: (reason: unknown) => Error,
): Promise<Wanted> {
  signal?.throwIfAborted()
  const time = AbortSignal.timeout(Math.min(milliseconds, LONGEST_TIMER))
  const over = AbortSignal.any(signal ? [signal, time] : [time])
  try {
    return await unlessAborted(over, wanted(over))
  } catch (error) {
    throw time.aborted && !signal?.aborted ? late(time.reason) : error
  }
}

/**
 * Races a promise against a signal. Some promises do not react to the signal: the wait for an
 * access token is shared by several calls, and a garbage-collected `Request` receives no abort
 * event.
 */
function unlessAborted<Wanted>(signal: AbortSignal, wanted: Promise<Wanted>): Promise<Wanted> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end)
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** Sends one request and reads the response to its end, so that half a response counts as none. */
async function sendOnce(
  fetch: Fetch,
  request: Request,
  body: ArrayBuffer | null,
  limit: number,
  isRaw: boolean,
): Promise<{ response: Response; text?: string }> {
  const attempt = new AbortController()
  const { signal } = attempt
  const end = () => attempt.abort(request.signal.reason)
  const timer = setTimeout(
    () => attempt.abort(new DOMException('', 'TimeoutError')),
    Math.min(limit, LONGEST_TIMER),
  )
  request.signal.addEventListener('abort', end)
  try {
    const response = await unlessAborted(signal, fetch(new Request(request, { body, signal })))
    if (isRaw && (response.ok || response.status === 304)) return { response }
    // A file may take longer once it has begun.
    if (response.headers.has('content-disposition')) clearTimeout(timer)
    const text = await unlessAborted(signal, response.text())
    return { response: new Response(text || null, response), text }
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', end)
  }
}

/**
 * Full jitter, so that clients that failed together do not come back together; or what the server
 * says.
 */
function waitFor(response: Response | undefined, tried: number): number {
  const header = (name: string) => response?.headers.get(name)
  const asked = Number(
    header('retry-after') || /r=0;\s*t=(\d+)/.exec(header('ratelimit') ?? '')?.[1],
  )
  const own = Math.random() * Math.min(FIRST_WAIT * 2 ** tried, LONGEST_WAIT)
  return asked > 0 ? asked * 1_000 : own
}

/** Ends early when the signal does. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}
