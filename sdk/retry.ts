import { DocketError, NoAnswerError } from './errors.ts'
import type { Fetch } from './tokens.ts'

export interface RetryOptions {
  /** Tries after the first, of reads and of writes that have an `Idempotency-Key`; default 3. */
  retries?: number
  /** Milliseconds that one try may take, to the end of its answer; default 10,000. A file may take longer once it has begun. */
  tryTimeout?: number
  /** Milliseconds that a call may take with all its tries; default 60,000. A wait that the server asks for and that would end later is not begun. */
  timeout?: number
}

/** Answers after which another try may fare better. */
const PASSING = [408, 429, 500, 502, 503, 504]
/** Milliseconds: the first wait and the longest, where the server does not say how long. */
const [FIRST_WAIT, LONGEST_WAIT] = [250, 8_000]

/**
 * A fetch that tries again what can be repeated without being done twice, after a wait of random length, or as long as the server says.
 *
 * @throws {NoAnswerError} when the last try got no whole answer, or the time is over
 */
export function persistent(fetch: Fetch, { retries = 3, tryTimeout = 10_000, timeout = 60_000 }: RetryOptions): Fetch {
  return (request) =>
    within(timeout, request.signal, async (over) => {
      const deadline = Date.now() + timeout
      const body = /^(GET|HEAD)$/.test(request.method) ? null : await request.arrayBuffer()
      const mayRepeat = body === null || request.headers.has('idempotency-key')
      for (let left = mayRepeat ? retries : 0; ; left -= 1) {
        const outcome = await oneTry(fetch, request, body, over, tryTimeout).catch((error: unknown) => ({ error }))
        over.throwIfAborted()
        // No access token was to be had, after tries of its own.
        if (!(outcome instanceof Response) && outcome.error instanceof DocketError) throw outcome.error
        const isFinal = left <= 0 || (outcome instanceof Response && !PASSING.includes(outcome.status))
        const wait = isFinal ? 0 : waitFor(outcome instanceof Response ? outcome.headers : undefined, retries - left)
        if (isFinal || Date.now() + wait >= deadline) {
          if (outcome instanceof Response) return outcome
          throw new NoAnswerError(outcome.error)
        }
        await pause(wait, over)
        over.throwIfAborted()
      }
    })
}

/**
 * What is wanted, unless the signal or the time ends the wait for it first.
 *
 * @throws {NoAnswerError} when the time is over; the reason of the signal when that ends it
 */
export async function within<Wanted>(milliseconds: number, signal: AbortSignal | undefined, wanted: (over: AbortSignal) => Promise<Wanted>): Promise<Wanted> {
  const time = AbortSignal.timeout(milliseconds)
  const over = signal ? AbortSignal.any([signal, time]) : time
  try {
    return await unlessAborted(over, wanted(over))
  } catch (error) {
    throw over.aborted && !signal?.aborted ? new NoAnswerError(over.reason) : error
  }
}

/** The wait for an access token, which others share, does not end with the signal of one. */
function unlessAborted<Wanted>(signal: AbortSignal, wanted: Promise<Wanted>): Promise<Wanted> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end)
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** To the end of the answer, so that half of one is none; but a file comes as it is read. */
async function oneTry(fetch: Fetch, request: Request, body: ArrayBuffer | null, over: AbortSignal, limit: number): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('No answer in time', 'TimeoutError')), limit)
  try {
    const { url, method, headers, credentials, cache } = request
    const signal = AbortSignal.any([over, late.signal])
    const response = await unlessAborted(signal, fetch(new Request(url, { method, headers, credentials, cache, body, signal })))
    if (response.headers.has('content-disposition')) return response
    const whole = await response.arrayBuffer()
    const { status, statusText } = response
    return new Response(whole.byteLength > 0 ? whole : null, { status, statusText, headers: response.headers })
  } finally {
    clearTimeout(timer)
  }
}

/** Full jitter, so that clients that failed together do not come back together; or what the server says. */
function waitFor(headers: Headers | undefined, tried: number): number {
  const asked = Number(headers?.get('retry-after') ?? /r=0;\s*t=(\d+)/.exec(headers?.get('ratelimit') ?? '')?.[1])
  if (headers && asked >= 0) return asked * 1_000
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
  })
}
