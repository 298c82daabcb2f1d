import { Unavailable } from './unavailable.ts'

/** Concurrent statements that are always allowed. */
const MIN_IN_FLIGHT = 500
/** Maximum number of concurrent statements. */
const MAX_IN_FLIGHT = 10_000
/** Milliseconds. If the last statement took longer, one more would only delay all of them. */
const SLOW_MS = 1_000

export interface Backlog {
  /** How many statements run or wait. */
  size(): number
  /** @throws {Unavailable} where there is too much to do already; then `work` is not begun */
  during<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Refuses new statements while the current ones take too long. A client that is refused at once can
 * retry, and the clients that already wait are served in time.
 */
export function openBacklog(): Backlog {
  let underWay = 0
  let [lastTook, lastEnded] = [0, 0]
  return {
    size: () => underWay,
    async during(work) {
      const began = performance.now()
      // After an idle period no statement is late.
      if (underWay === 0) [lastTook, lastEnded] = [0, began]
      if (
        underWay >= MIN_IN_FLIGHT &&
        (underWay >= MAX_IN_FLIGHT || lastTook > SLOW_MS || began - lastEnded > SLOW_MS)
      )
        throw new Unavailable('too many statements are waiting')
      underWay += 1
      try {
        return await work()
      } finally {
        underWay -= 1
        lastEnded = performance.now()
        lastTook = lastEnded - began
      }
    },
  }
}
