import type { Logger } from 'pino'
import { RedisStore } from 'rate-limit-redis'
import { createClient } from 'redis'
import type { CountStore } from './rate-limit.ts'

/** Counts shared by all processes. While Redis is away, requests are let through and the log says so. */
export async function redisCounts(url: string, log: Logger): Promise<{ counts: CountStore; close(): Promise<void> }> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: 2_000, reconnectStrategy: (tries) => Math.min(tries * 100, 2_000) } })
  let away = false
  client.on('error', (error: Error) => {
    if (!away) log.warn({ reason: error.message }, 'redis is away; limits are not counted')
    away = true
  })
  client.on('ready', () => {
    away = false
    log.info('redis is there; limits are shared')
  })
  await client.connect().catch(() => {})
  return {
    counts: (name) => new RedisStore({ prefix: `docket:${name}:`, sendCommand: (...command: string[]) => client.sendCommand(command) as never }),
    close: async () => client.destroy(),
  }
}
