import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'

export interface Config {
  port: number
  host: string
  /** Where Prometheus collects; absent: nowhere. */
  metricsPort: number | undefined
  dataDir: string
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl: string | undefined
  /** Where migrations go when `databaseUrl` is a pooler. */
  directDatabaseUrl: string | undefined
  secret: string
  /** The address browsers know this server by, without a trailing slash. */
  baseUrl: string
  trustedOrigins: readonly string[]
  redisUrl: string | undefined
  logLevel: string
  production: boolean
  /** Requests a minute; absent when limits are off. */
  rateLimits: RateLimits | undefined
  trustProxy: boolean | number | string
  issuer: string
}

export interface RateLimits {
  user: number
  address: number
  signInAddress: number
  signInAccount: number
}

/** Its message is one sentence for the person who starts the server. */
export class ConfigError extends Error {}

type Environment = Record<string, string | undefined>

/**
 * Reads the environment; nothing else in the server does.
 *
 * @throws {ConfigError} naming the variable and what is wrong with it
 * @example readConfig({ PORT: '8000', DATA_DIR: '/var/lib/docket' })
 */
export function readConfig(environment: Environment = process.env): Readonly<Config> {
  const value = (name: string) => environment[name]?.trim() || undefined
  const production = oneOf(value, 'NODE_ENV', 'development', ['development', 'test', 'production']) === 'production'
  const dataDir = resolve(value('DATA_DIR') ?? '.data')
  const port = whole(value, 'PORT', 8000, 65_535, 0)
  const host = value('HOST') ?? '127.0.0.1'
  if (!URL.canParse(addressOf(host, port)))
    throw new ConfigError(`HOST is "${host}"; a name or an address to listen on is needed, such as 127.0.0.1 or 0.0.0.0`)
  const baseUrl = address(value('BETTER_AUTH_URL'), 'BETTER_AUTH_URL') ?? addressOf(host, port)
  if (value('DIRECT_DATABASE_URL') && !value('DATABASE_URL'))
    throw new ConfigError('DIRECT_DATABASE_URL is set and DATABASE_URL is not; the first only says where the migrations of the second go')
  const origins = [value('FRONTEND_URL'), ...(value('TRUSTED_ORIGINS')?.split(',') ?? [])]
  return Object.freeze({
    port,
    host,
    metricsPort: value('METRICS_PORT') === undefined ? undefined : whole(value, 'METRICS_PORT', 0, 65_535),
    dataDir,
    databaseUrl: database(value('DATABASE_URL'), 'DATABASE_URL'),
    directDatabaseUrl: database(value('DIRECT_DATABASE_URL'), 'DIRECT_DATABASE_URL'),
    secret: secret(value('BETTER_AUTH_SECRET'), production, dataDir),
    baseUrl,
    trustedOrigins: [baseUrl, ...origins.flatMap((origin) => address(origin?.trim() || undefined, 'FRONTEND_URL and TRUSTED_ORIGINS') ?? [])],
    redisUrl: redis(value('REDIS_URL')),
    logLevel: oneOf(value, 'LOG_LEVEL', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    production,
    rateLimits: rateLimits(value, production),
    trustProxy: trustProxy(value('TRUST_PROXY')),
    issuer: value('JWT_ISSUER') ?? 'docket',
  })
}

/** Whether a page of this origin may send cookies and read answers. Outside production, any port of this machine may. */
export function isTrustedOrigin(config: Pick<Config, 'trustedOrigins' | 'production'>, origin: string): boolean {
  return config.trustedOrigins.includes(origin) || (!config.production && /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin))
}

/** Where a server that listens there is reached from its own machine: wildcards as localhost, IPv6 in brackets. */
export function addressOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Makes the data directory, and what is missing above it, for this user alone.
 *
 * @throws {Error} of the file system
 */
export function makeDataDirectory(path: string): void {
  // Not by `recursive`, which tries for ever where the system says that there is nothing above, as in /proc.
  if (existsSync(path)) return
  makeDataDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error
  }
}

type Value = (name: string) => string | undefined

function secret(given: string | undefined, production: boolean, dataDir: string): string {
  if (given !== undefined) {
    if (given.length < 32) throw new ConfigError('BETTER_AUTH_SECRET is shorter than 32 characters; make one with: openssl rand -base64 32')
    if (/^(.)\1*$|change[-_ ]?me|change[-_ ]?this|replace[-_ ]|example|sample|placeholder|your[-_ ]|^better-auth-secret-/i.test(given))
      throw new ConfigError('BETTER_AUTH_SECRET looks like a sample; make your own with: openssl rand -base64 32')
    return given
  }
  if (production) throw new ConfigError('BETTER_AUTH_SECRET is not set, and NODE_ENV is production; make one with: openssl rand -base64 32')
  const file = join(dataDir, 'secret')
  let kept: string
  try {
    makeDataDirectory(dataDir)
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
    kept = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`DATA_DIR is ${dataDir}, where no secret can be kept (${(error as Error).message}); it must be a directory that this user may write`)
  }
  if (kept.length < 32) throw new ConfigError(`The secret kept in ${file} is damaged; put it back, or delete the file to sign everybody out and get a new one`)
  return kept
}

function rateLimits(value: Value, production: boolean): RateLimits | undefined {
  const mode = oneOf(value, 'RATE_LIMIT', 'on', ['on', 'off'])
  if (mode === 'off') {
    if (production) throw new ConfigError('RATE_LIMIT=off is for load tests and is refused when NODE_ENV is production')
    return undefined
  }
  return {
    user: whole(value, 'RATE_LIMIT_USER', 600),
    address: whole(value, 'RATE_LIMIT_ADDRESS', 120),
    signInAddress: whole(value, 'RATE_LIMIT_SIGN_IN_ADDRESS', 10),
    signInAccount: whole(value, 'RATE_LIMIT_SIGN_IN_ACCOUNT', 5),
  }
}

function whole(value: Value, name: string, fallback: number, most = 1_000_000, least = 1): number {
  const text = value(name)
  if (text === undefined) return fallback
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < least || number > most) throw new ConfigError(`${name} is "${text}"; it must be a whole number from ${least} to ${most}`)
  return number
}

function oneOf(value: Value, name: string, fallback: string, allowed: string[]): string {
  const text = value(name) ?? fallback
  if (!allowed.includes(text)) throw new ConfigError(`${name} is "${text}"; it must be one of ${allowed.join(', ')}`)
  return text
}

function address(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search)
    throw new ConfigError(`${name} has "${text}"; an origin like https://docket.example.org is needed`)
  return url.origin
}

function database(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  // The text may hold a password, so the sentence does not repeat it.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text))
    throw new ConfigError(`${name} is not an address like postgresql://user:password@host:5432/database`)
  const sslMode = new URL(text).searchParams.get('sslmode')
  if (sslMode && !['disable', 'no-verify', 'require'].includes(sslMode))
    throw new ConfigError(`${name} has sslmode=${sslMode}; use require (the certificate is verified), no-verify or disable`)
  return text
}

function redis(text: string | undefined): string | undefined {
  if (text !== undefined && (!/^rediss?:\/\//.test(text) || !URL.canParse(text))) throw new ConfigError('REDIS_URL is not an address like redis://host:6379')
  return text
}

function trustProxy(text: string | undefined): boolean | number | string {
  if (text === undefined || text === 'false') return false
  if (text === 'true')
    throw new ConfigError('TRUST_PROXY=true would let every caller choose its own address; give the number of proxies in front, or their addresses')
  if (/^\d+$/.test(text)) return Number(text)
  const isAddress = (part: string) => isIP(part.replace(/\/\d+$/, '')) > 0 || ['loopback', 'linklocal', 'uniquelocal'].includes(part)
  if (!text.split(',').every((part) => isAddress(part.trim())))
    throw new ConfigError(`TRUST_PROXY is "${text}"; give the number of proxies in front, or their addresses`)
  return text
}
