import type { Logger } from 'pino'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import { messageOf } from '../../thrown.ts'
import { type Counter, type Counters, counterOf, memoryCounters } from './counters.ts'

/** Longest a request waits to be counted, in milliseconds. */
const COUNT_LIMIT_MS = 500
/** How long after that, or after an error, no request asks it, in milliseconds. */
const PAUSE_MS = 2_000
/** Most counts that wait for Redis at once. */
const QUEUE_LIMIT = 1_000

/**
 * Counts shared by all processes. While Redis is away each process counts for itself, and the log
 * says so.
 */
export function redisCounters(url: string, log: Logger): { counters: Counters; close(): void } {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LIMIT,
    socket: { connectTimeout: 2_000, reconnectStrategy: (tries) => Math.min(tries * 100, 2_000) },
  })
  let isAway = false
  let pausedUntil = 0
  const lose = (reason: string) => {
    if (!isAway) log.warn({ reason }, 'redis is away; each process counts for itself')
    isAway = true
  }
  const find = () => {
    isAway = false
    pausedUntil = 0
    log.info('redis is there; limits are shared')
  }
  client.on('error', (error: Error) => lose(error.message))
  client.on('ready', find)
  // Resolves only when Redis is available; the service does not wait for that.
  void client.connect().catch(() => {})

  async function shared<T>(count: () => Promise<T>): Promise<T> {
    if (!client.isReady || Date.now() < pausedUntil) throw new Error('redis does not answer')
    try {
      const result = await inTime(count())
      if (isAway) find()
      return result
    } catch (error) {
      pausedUntil = Date.now() + PAUSE_MS
      lose(messageOf(error))
      throw error
    }
  }

  return {
    counters: (limit): Counter => {
      const { name, units, seconds } = limit
      const own = memoryCounters(limit)
      const common = counterOf(
        new RateLimiterRedis({
          storeClient: client,
          useRedisPackage: true,
          keyPrefix: `docket:${name}`,
          points: units,
          duration: seconds,
        }),
      )
      return {
        add: (key, cost) => shared(() => common.add(key, cost)).catch(() => own.add(key, cost)),
        giveBack: (key, cost) =>
          shared(() => common.giveBack(key, cost)).catch(() => own.giveBack(key, cost)),
      }
    },
    close: () => client.destroy(),
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no response in ${COUNT_LIMIT_MS} ms`)),
      COUNT_LIMIT_MS,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
