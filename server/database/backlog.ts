import { Unavailable } from './unavailable.ts'

/** Statements that may always be under way. */
const FEW = 500
/** Most that may be under way at all. */
const MANY = 10_000
/** Milliseconds: where the last one took longer, one more would only make everybody late. */
const LATE = 1_000

export interface Backlog {
  /** How many statements run or wait. */
  size(): number
  /** @throws {Unavailable} where there is too much to do already; then `work` is not begun */
  during<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Refuses statements while those that are there already take too long: who is told so at once can
 * come again, and those who wait are served in time.
 */
export function openBacklog(): Backlog {
  let underWay = 0
  let [lastTook, lastEnded] = [0, 0]
  return {
    size: () => underWay,
    async during(work) {
      const began = performance.now()
      // After a pause nothing is late.
      if (underWay === 0) [lastTook, lastEnded] = [0, began]
      if (underWay >= FEW && (underWay >= MANY || lastTook > LATE || began - lastEnded > LATE))
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
