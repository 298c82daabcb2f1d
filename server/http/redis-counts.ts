import type { Options } from 'express-rate-limit'
import type { Logger } from 'pino'
import { RedisStore } from 'rate-limit-redis'
import { createClient } from 'redis'
import type { CountStore } from './rate-limit.ts'

/** Longest a request waits to be counted, in milliseconds. */
const COUNT_TIME = 500

/** Counts shared by all processes. While Redis is away, requests are let through and the log says so. */
export function redisCounts(url: string, log: Logger): { counts: CountStore; close(): void } {
  const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: 2_000, reconnectStrategy: (tries) => Math.min(tries * 100, 2_000) } })
  let away = false
  client.on('error', (error: Error) => {
    if (!away) log.warn({ reason: error.message }, 'redis is away; limits are not counted')
    away = true
  })
  const stores: RedisStore[] = []
  client.on('ready', () => {
    away = false
    log.info('redis is there; limits are shared')
    // A store loads its script once, when it is made; one that was made while Redis was away would never count.
    for (const store of stores) void store.init({ windowMs: store.windowMs } as Options).catch(() => {})
  })
  // It settles only when Redis is there, which the service does not wait for.
  void client.connect().catch(() => {})
  return {
    counts: (name) => {
      const store = new RedisStore({ prefix: `docket:${name}:`, sendCommand: (...command: string[]) => inTime(client.sendCommand(command)) as never })
      stores.push(store)
      return store
    },
    close: () => client.destroy(),
  }
}

/** A Redis that is frozen answers neither yes nor no. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('redis did not answer in time')), COUNT_TIME)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
