import { type ClientRateLimitInfo, MemoryStore, type Options, type Store } from 'express-rate-limit'
import type { Logger } from 'pino'
import { RedisStore } from 'rate-limit-redis'
import { createClient } from 'redis'
import type { CountStore } from './rate-limit.ts'

/** Longest a request waits to be counted, in milliseconds. */
const COUNT_TIME = 500
/** How long after that nobody waits, in milliseconds: a Redis that is frozen answers neither yes nor no. */
const PAUSE = 2_000
/** Most counts that wait for Redis at once. */
const QUEUE_LIMIT = 1_000

/** Counts shared by all processes. While Redis is away each process counts for itself, and the log says so. */
export function redisCounts(url: string, log: Logger): { counts: CountStore; close(): void } {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LIMIT,
    socket: { connectTimeout: 2_000, reconnectStrategy: (tries) => Math.min(tries * 100, 2_000) },
  })
  let away = false
  let pausedUntil = 0
  const lose = (reason: string) => {
    if (!away) log.warn({ reason }, 'redis is away; each process counts for itself')
    away = true
  }
  client.on('error', (error: Error) => lose(error.message))
  const stores: SharedStore[] = []
  client.on('ready', () => {
    away = false
    pausedUntil = 0
    log.info('redis is there; limits are shared')
    // A store loads its script once, when it is made; one that was made while Redis was away would never count.
    for (const store of stores) store.load()
  })
  // It settles only when Redis is there, which the service does not wait for.
  void client.connect().catch(() => {})
  return {
    counts: (name) => {
      const sendCommand = async (...command: string[]): Promise<never> => {
        if (Date.now() < pausedUntil) throw new Error('redis does not answer')
        const reply = await inTime(client.sendCommand(command), () => {
          pausedUntil = Date.now() + PAUSE
          lose(`no answer in ${COUNT_TIME} ms`)
        })
        if (away) log.info('redis is there; limits are shared')
        away = false
        return reply as never
      }
      const store = new SharedStore(new RedisStore({ prefix: `docket:${name}:`, sendCommand }))
      stores.push(store)
      return store
    },
    close: () => client.destroy(),
  }
}

class SharedStore implements Store {
  readonly localKeys = false
  readonly prefix: string
  readonly #shared: RedisStore
  readonly #own = new MemoryStore()
  #options: Options | undefined

  constructor(shared: RedisStore) {
    this.#shared = shared
    this.prefix = shared.prefix
  }

  init(options: Options): void {
    this.#options = options
    this.#own.init(options)
    this.load()
  }

  load(): void {
    if (this.#options) void this.#shared.init(this.#options).catch(() => {})
  }

  increment(key: string): Promise<ClientRateLimitInfo> {
    return this.#shared.increment(key).catch(() => this.#own.increment(key))
  }

  async decrement(key: string): Promise<void> {
    await this.#shared.decrement(key).catch(() => this.#own.decrement(key))
  }

  async resetKey(key: string): Promise<void> {
    await this.#own.resetKey(key)
    await this.#shared.resetKey(key)
  }

  shutdown(): void {
    this.#own.shutdown()
  }
}

async function inTime<T>(work: Promise<T>, onLate: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate()
      reject(new Error('redis did not answer in time'))
    }, COUNT_TIME)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
