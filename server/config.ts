import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { secretOf } from './secret.ts'

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
  /** Whether HTTPS is to be kept for all names below it too. */
  hstsSubdomains: boolean
  /** Where to report a vulnerability (RFC 9116); absent: nowhere that is published. */
  securityContact: string | undefined
  trustedOrigins: readonly string[]
  redisUrl: string | undefined
  logLevel: string
  production: boolean
  /** Of password hashes: the binary logarithm of scrypt's N. */
  passwordCost: number
  /** What one user may have: tasks, and bytes of their text. */
  quota: { tasks: number; bytes: number }
  /** Absent when limits are off. */
  rateLimits: RateLimits | undefined
  trustProxy: boolean | number | string
  issuer: string
  /** What is allowed and probably not meant, a sentence each, for the log. */
  warnings: readonly string[]
}

/**
 * Units of what operations cost (`x-cost` in the contract), or requests, in a minute where nothing
 * else is said.
 */
export interface RateLimits {
  user: number
  /** Of all users of a network together. */
  network: number
  /** Bytes of responses that are kept for a user's `Idempotency-Key`s in a day. */
  keptBytes: number
  address: number
  /** An IPv6 network of 48 bits. */
  site: number
  /** Accounts made from a network in a day. */
  signUps: number
  signInAddress: number
  /** An IPv6 network of 48 bits. */
  signInSite: number
  signInAccount: number
  /** Of an account, by devices that never signed in to it, in so many seconds. */
  signInGuesses: number
  signInGuessSeconds: number
  /**
   * Failed attempts from a device that signed in to it before, in a day; then it counts as one that
   * never did.
   */
  signInDevice: number
}

type Environment = Record<string, string | undefined>

/**
 * Reads the environment; nothing else in the server does.
 *
 * @throws {ConfigError} naming the variable and what is wrong with it
 * @example readConfig({ PORT: '8000', DATA_DIR: '/var/lib/docket' })
 */
export function readConfig(environment: Environment = process.env): Readonly<Config> {
  const value = (name: string) => environment[name]?.trim() || undefined
  const production =
    oneOf(value, 'NODE_ENV', 'development', ['development', 'test', 'production']) === 'production'
  const dataDir = resolve(value('DATA_DIR') ?? '.data')
  const port = whole(value, 'PORT', 8000, 65_535, 0)
  const host = value('HOST') ?? '127.0.0.1'
  if (!URL.canParse(addressOf(host, port)))
    throw new ConfigError(
      `HOST is "${host}"; a name or an address to listen on is needed, such as 127.0.0.1 or ` +
        '0.0.0.0',
    )
  const baseUrl = address(value('BETTER_AUTH_URL'), 'BETTER_AUTH_URL') ?? addressOf(host, port)
  if (value('DIRECT_DATABASE_URL') && !value('DATABASE_URL'))
    throw new ConfigError(
      'DIRECT_DATABASE_URL is set and DATABASE_URL is not; the first only says where the ' +
        'migrations of the second go',
    )
  const origins = [value('FRONTEND_URL'), ...(value('TRUSTED_ORIGINS')?.split(',') ?? [])]
  return Object.freeze({
    port,
    host,
    metricsPort:
      value('METRICS_PORT') === undefined ? undefined : whole(value, 'METRICS_PORT', 0, 65_535),
    dataDir,
    databaseUrl: database(value('DATABASE_URL'), 'DATABASE_URL'),
    directDatabaseUrl: database(value('DIRECT_DATABASE_URL'), 'DIRECT_DATABASE_URL'),
    secret: secretOf(value('BETTER_AUTH_SECRET'), production, dataDir),
    baseUrl,
    hstsSubdomains: oneOf(value, 'HSTS_SUBDOMAINS', 'off', ['on', 'off']) === 'on',
    securityContact: contact(value('SECURITY_CONTACT')),
    trustedOrigins: [
      baseUrl,
      ...origins.flatMap(
        (origin) => address(origin?.trim() || undefined, 'FRONTEND_URL and TRUSTED_ORIGINS') ?? [],
      ),
    ],
    redisUrl: redis(value('REDIS_URL')),
    logLevel: oneOf(value, 'LOG_LEVEL', 'info', [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'trace',
      'silent',
    ]),
    production,
    passwordCost: whole(value, 'PASSWORD_COST', 14, 18, production ? 14 : 1),
    quota: {
      tasks: whole(value, 'QUOTA_TASKS', 100_000, 1_000_000_000),
      bytes: whole(value, 'QUOTA_BYTES', 100_000_000, 1_000_000_000_000),
    },
    rateLimits: rateLimits(value, production),
    trustProxy: trustProxy(value('TRUST_PROXY')),
    issuer: value('JWT_ISSUER') ?? 'docket',
    warnings: warningsOf({ production, baseUrl, dataDir, databaseUrl: value('DATABASE_URL') }),
  })
}

function warningsOf({
  production,
  baseUrl,
  dataDir,
  databaseUrl,
}: Pick<Config, 'production' | 'baseUrl' | 'dataDir' | 'databaseUrl'>): string[] {
  const warnings: string[] = []
  if (production && baseUrl.startsWith('http:') && !isLocal(new URL(baseUrl).hostname))
    warnings.push(
      `BETTER_AUTH_URL is ${baseUrl}: without https, passwords and sessions can be read on ` +
        'their way',
    )
  if (
    databaseUrl &&
    !isLocal(new URL(databaseUrl).hostname) &&
    !new URL(databaseUrl).searchParams.has('sslmode')
  )
    warnings.push(
      'DATABASE_URL leads to another machine and does not say whether by TLS; add ' +
        'sslmode=require, or disable in a network of your own',
    )
  if (databaseUrl === undefined && process.platform !== 'win32' && isWritableByOthers(dataDir))
    warnings.push(`DATA_DIR is ${dataDir}, where other users may write; run: chmod go-w ${dataDir}`)
  return warnings
}

function isWritableByOthers(directory: string): boolean {
  try {
    return (statSync(directory).mode & 0o022) !== 0
  } catch {
    // It is made, or found to be unusable, later.
    return false
  }
}

/** This machine, or a path of a socket on it. */
function isLocal(host: string): boolean {
  return (
    host === '' ||
    host === 'localhost' ||
    host.startsWith('127.') ||
    host === '[::1]' ||
    host.startsWith('%2F') ||
    host.startsWith('%2f')
  )
}

/**
 * Whether a page of this origin may send cookies and read responses. Outside production, any port
 * of this machine may.
 */
export function isTrustedOrigin(
  config: Pick<Config, 'trustedOrigins' | 'production'>,
  origin: string,
): boolean {
  return (
    config.trustedOrigins.includes(origin) ||
    (!config.production && /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin))
  )
}

/**
 * Where a server that listens there is reached from its own machine: wildcards as localhost, IPv6
 * in brackets.
 */
export function addressOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

type Value = (name: string) => string | undefined

function rateLimits(value: Value, production: boolean): RateLimits | undefined {
  const mode = oneOf(value, 'RATE_LIMIT', 'on', ['on', 'off'])
  if (mode === 'off') {
    if (production)
      throw new ConfigError(
        'RATE_LIMIT=off is for load tests and is refused when NODE_ENV is production',
      )
    return undefined
  }
  return {
    user: whole(value, 'RATE_LIMIT_USER', 600),
    network: whole(value, 'RATE_LIMIT_NETWORK', 6_000, 1_000_000_000),
    keptBytes: whole(value, 'RATE_LIMIT_KEPT_BYTES', 100_000_000, 1_000_000_000),
    address: whole(value, 'RATE_LIMIT_ADDRESS', 120),
    site: whole(value, 'RATE_LIMIT_SITE', 600),
    signUps: whole(value, 'RATE_LIMIT_SIGN_UPS', 100),
    signInAddress: whole(value, 'RATE_LIMIT_SIGN_IN_ADDRESS', 10),
    signInSite: whole(value, 'RATE_LIMIT_SIGN_IN_SITE', 60),
    signInAccount: whole(value, 'RATE_LIMIT_SIGN_IN_ACCOUNT', 5),
    signInGuesses: whole(value, 'RATE_LIMIT_SIGN_IN_GUESSES', 100),
    signInGuessSeconds: whole(value, 'RATE_LIMIT_SIGN_IN_GUESS_SECONDS', 900),
    signInDevice: whole(value, 'RATE_LIMIT_SIGN_IN_DEVICE', 20),
  }
}

function whole(value: Value, name: string, fallback: number, most = 1_000_000, least = 1): number {
  const text = value(name)
  if (text === undefined) return fallback
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new ConfigError(
      `${name} is "${text}"; it must be a whole number from ${least} to ${most}`,
    )
  return number
}

function oneOf(value: Value, name: string, fallback: string, allowed: string[]): string {
  const text = value(name) ?? fallback
  if (!allowed.includes(text))
    throw new ConfigError(`${name} is "${text}"; it must be one of ${allowed.join(', ')}`)
  return text
}

function address(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search)
    throw new ConfigError(
      `${name} has "${text}"; an origin like https://docket.example.org is needed`,
    )
  return url.origin
}

function database(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  // The text may hold a password, so the sentence does not repeat it.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text))
    throw new ConfigError(
      `${name} is not an address like postgresql://user:password@host:5432/database`,
    )
  const sslMode = new URL(text).searchParams.get('sslmode')
  if (sslMode && !['disable', 'no-verify', 'require'].includes(sslMode))
    throw new ConfigError(
      `${name} has sslmode=${sslMode}; use require (the certificate is verified), no-verify ` +
        'or disable',
    )
  return text
}

function contact(text: string | undefined): string | undefined {
  if (text !== undefined && !/^(mailto:|https:\/\/)\S+$/.test(text))
    throw new ConfigError(
      `SECURITY_CONTACT is "${text}"; give an address like mailto:security@example.org or ` +
        'https://example.org/report',
    )
  return text
}

function redis(text: string | undefined): string | undefined {
  if (text !== undefined && (!/^rediss?:\/\//.test(text) || !URL.canParse(text)))
    throw new ConfigError('REDIS_URL is not an address like redis://host:6379')
  return text
}

function trustProxy(text: string | undefined): boolean | number | string {
  if (text === undefined || text === 'false') return false
  if (text === 'true')
    throw new ConfigError(
      'TRUST_PROXY=true would let every caller choose its own address; give the number of ' +
        'proxies in front, or their addresses',
    )
  if (/^\d+$/.test(text)) return Number(text)
  const isAddress = (part: string) =>
    isIP(part.replace(/\/\d+$/, '')) > 0 || ['loopback', 'linklocal', 'uniquelocal'].includes(part)
  if (!text.split(',').every((part) => isAddress(part.trim())))
    throw new ConfigError(
      `TRUST_PROXY is "${text}"; give the number of proxies in front, or their addresses`,
    )
  return text
}
