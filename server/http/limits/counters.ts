import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** What is left of a limit once a request was counted. */
export interface Count {
  remaining: number
  /** Milliseconds until the window begins anew. */
  resetMs: number
  isOver: boolean
}

/** Counts the units that each key has used of one limit, in windows of fixed length. */
export interface Counter {
  add(key: string, units: number): Promise<Count>
  giveBack(key: string, units: number): Promise<void>
}

/** A limit: units in a window. Its name is part of the headers. */
export interface Limit {
  name: string
  units: number
  seconds: number
}

export type Counters = (limit: Limit) => Counter

/** Counts in the memory of this process. */
export const memoryCounters: Counters = ({ name, units, seconds }) =>
  counterOf(new RateLimiterMemory({ keyPrefix: name, points: units, duration: seconds }))

/** @throws from `add` and `giveBack` where the store of the limiter fails */
export function counterOf(limiter: RateLimiterAbstract): Counter {
  return {
    async add(key, units) {
      const { result, isOver } = await limiter.consume(key, units).then(
        (result) => ({ result, isOver: false }),
        (error: unknown) => {
          if (error instanceof RateLimiterRes) return { result: error, isOver: true }
          throw error
        },
      )
      return { remaining: result.remainingPoints, resetMs: result.msBeforeNext, isOver }
    },
    async giveBack(key, units) {
      // Not below nothing, where a window ended meanwhile.
      const left = await limiter.get(key)
      if (left && left.consumedPoints >= units) await limiter.reward(key, units)
    },
  }
}
