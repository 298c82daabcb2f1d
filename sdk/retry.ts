import { DocketError, NoAnswerError } from './errors.ts'
import type { Fetch } from './tokens.ts'

export interface RetryOptions {
  /** Tries after the first, of reads and of writes that have an `Idempotency-Key`; default 3. */
  retries?: number | undefined
  /** Milliseconds that one try may take, to the end of its answer; default 10,000. A file may take longer once it has begun. */
  tryTimeout?: number | undefined
  /**
   * Milliseconds that a call may take with all its tries; default 60,000. A wait that the server asks for and that would end later is not begun. What is read of a `raw`
   * answer may take longer.
   */
  timeout?: number | undefined
}

/** Answers after which another try may fare better. */
const PASSING = [408, 429, 500, 502, 503, 504]
/** Milliseconds: the first wait and the longest, where the server does not say how long. */
const [FIRST_WAIT, LONGEST_WAIT] = [250, 8_000]

/**
 * A fetch that tries again what can be repeated without being done twice, after a wait of random length, or as long as the server says.
 *
 * The time counts from here, so one is made for each call.
 *
 * @param isRaw whether the answer is handed on as soon as it begins, to be read by the caller
 * @throws {NoAnswerError} when the last try got no whole answer
 */
export function persistent(fetch: Fetch, { retries = 3, tryTimeout = 10_000, timeout = 60_000 }: RetryOptions, isRaw = false): Fetch {
  const deadline = Date.now() + timeout
  return async (request) => {
    const body = /^(GET|HEAD)$/.test(request.method) ? null : await request.arrayBuffer()
    for (let left = body === null || request.headers.has('Idempotency-Key') ? retries : 0; ; left -= 1) {
      request.signal.throwIfAborted()
      let error: unknown
      const response = await oneTry(fetch, request, body, tryTimeout, isRaw).catch((thrown: unknown) => {
        error = thrown
        return undefined
      })
      // No access token was to be had, after tries of its own.
      if (error instanceof DocketError) throw error
      const wait = waitFor(response, retries - left)
      if (left <= 0 || Date.now() + wait >= deadline || (response && !PASSING.includes(response.status))) {
        if (response) return response
        throw new NoAnswerError(error)
      }
      await pause(wait, request.signal)
    }
  }
}

/**
 * What is wanted, unless the signal or the time ends the wait for it first.
 *
 * @throws {NoAnswerError} when the time is over; the reason of the signal when that ends it
 */
export async function within<Wanted>(milliseconds: number, signal: AbortSignal | undefined, wanted: (over: AbortSignal) => Promise<Wanted>): Promise<Wanted> {
  signal?.throwIfAborted()
  const time = AbortSignal.timeout(milliseconds)
  const over = AbortSignal.any(signal ? [signal, time] : [time])
  try {
    return await unlessAborted(over, wanted(over))
  } catch (error) {
    throw time.aborted && !signal?.aborted ? new NoAnswerError(time.reason) : error
  }
}

/** Not every wait ends with a signal: the one for an access token is shared by others, and a `Request` that was collected as garbage hears none. */
function unlessAborted<Wanted>(signal: AbortSignal, wanted: Promise<Wanted>): Promise<Wanted> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end)
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** To the end of the answer, so that half of one is none. */
async function oneTry(fetch: Fetch, request: Request, body: ArrayBuffer | null, limit: number, isRaw: boolean): Promise<Response> {
  const attempt = new AbortController()
  const { signal } = attempt
  const end = () => attempt.abort(request.signal.reason)
  const timer = setTimeout(() => attempt.abort(new DOMException('', 'TimeoutError')), limit)
  request.signal.addEventListener('abort', end)
  try {
    const response = await unlessAborted(signal, fetch(new Request(request, { body, signal })))
    if (isRaw && response.ok) return response
    // A file may take longer once it has begun.
    if (response.headers.has('content-disposition')) clearTimeout(timer)
    const whole = await unlessAborted(signal, response.arrayBuffer())
    return new Response(whole.byteLength > 0 ? whole : null, response)
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', end)
  }
}

/** Full jitter, so that clients that failed together do not come back together; or what the server says. */
function waitFor(response: Response | undefined, tried: number): number {
  const header = (name: string) => response?.headers.get(name)
  const asked = Number(header('retry-after') ?? /r=0;\s*t=(\d+)/.exec(header('ratelimit') ?? '')?.[1])
  if (asked >= 0) return asked * 1_000
  return Math.random() * Math.min(FIRST_WAIT * 2 ** tried, LONGEST_WAIT)
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
