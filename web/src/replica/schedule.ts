import { NoResponseError, ProblemError } from '@docket/sdk'
import { errorOf } from '../sentences.ts'

/**
 * Milliseconds: between two looks for what other devices did, and the first and the longest wait
 * after a failure.
 */
const [LOOK, FIRST_WAIT, LONGEST_WAIT] = [30_000, 1_000, 15_000]

/** What is wrong where the device itself knows that it has no network. */
export const offline = () => new NoResponseError(new TypeError('the device is offline'), 'network')

interface Work {
  /**
   * Everything there is to do now.
   *
   * @param onStart called before each look at what there is: a later request asks for another one
   */
  run: (onStart: () => void) => Promise<void>
  /** Called with the result: the error, or undefined. */
  onResult: (failure: Error | undefined) => void
  /** Whether something waits that the person did, also where the page is in the background. */
  isWaiting: () => boolean
}

/**
 * Works when it is asked to, when the page comes to the front, when the network is back, every
 * thirty seconds while the page is in front, and again after a failure, later each time.
 * Never twice at once.
 */
export function schedule({ run, onResult, isWaiting }: Work): {
  now: () => Promise<void>
  stop: () => void
} {
  let running: Promise<void> | undefined
  let isAsked = false
  let isStopped = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function now(): Promise<void> {
    isAsked = true
    if (!running && !isStopped) {
      clearTimeout(timer)
      running = work().finally(() => {
        running = undefined
        // A call that came in while this run was ending.
        if (isAsked && failures === 0) void now()
      })
    }
    return running ?? Promise.resolve()
  }

  async function work(): Promise<void> {
    let wait = LOOK
    try {
      while (isAsked && !isStopped) {
        await run(() => {
          isAsked = false
        })
      }
      failures = 0
      if (!isStopped) onResult(undefined)
    } catch (error) {
      // A run that was in progress then fails, and its result no longer matters.
      if (isStopped) return
      failures += 1
      const wanted =
        error instanceof ProblemError
          ? Number(error.response.headers.get('retry-after')) * 1_000
          : 0
      // A new request came meanwhile, perhaps because the network is back.
      wait = isAsked
        ? FIRST_WAIT
        : Math.max(wanted || 0, Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT))
      onResult(errorOf(error))
    }
    if (!isStopped) timer = setTimeout(() => (isVisible() || isWaiting()) && void now(), wait)
  }

  const isVisible = () => document.visibilityState === 'visible'
  const soon = () => void now()
  const goneOffline = () => {
    onResult(offline())
    soon()
  }
  const visible = () => isVisible() && soon()
  window.addEventListener('online', soon)
  window.addEventListener('offline', goneOffline)
  document.addEventListener('visibilitychange', visible)

  return {
    now,
    stop() {
      isStopped = true
      clearTimeout(timer)
      window.removeEventListener('online', soon)
      window.removeEventListener('offline', goneOffline)
      document.removeEventListener('visibilitychange', visible)
    },
  }
}
