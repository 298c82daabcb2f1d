import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from './config-error.ts'
import { messageOf } from './thrown.ts'

const MIN_LENGTH = 32
const MAKE_ONE = 'make one with: openssl rand -base64 32'
const SAMPLE = new RegExp(
  '^(.)\\1*$|change[-_ ]?(me|this)|replace[-_ ]|example|sample|placeholder|your[-_ ]|' +
    '^better-auth-secret-',
  'i',
)
/** A short piece, again and again. */
const REPEATED = /^(.{1,16}?)\1+(.{0,15})$/
/**
 * Random secrets have digits, or at least letters of both cases; a secret made of words has not.
 */
const RANDOM = /\d|[a-z].*[A-Z]|[A-Z].*[a-z]/

/**
 * The secret that signs tokens and cookies: the one given, or one that is made and kept in
 * `dataDir`.
 *
 * @throws {ConfigError} where it is missing in production, could be guessed, or can be read by
 *   others
 */
export function secretOf(given: string | undefined, production: boolean, dataDir: string): string {
  if (given !== undefined) return checked(given, production)
  if (production)
    throw new ConfigError(`BETTER_AUTH_SECRET is not set, and NODE_ENV is production; ${MAKE_ONE}`)
  return keptIn(dataDir)
}

function checked(secret: string, production: boolean): string {
  if (secret.length < MIN_LENGTH)
    throw new ConfigError(
      `BETTER_AUTH_SECRET is shorter than ${MIN_LENGTH} characters; ${MAKE_ONE}`,
    )
  if (SAMPLE.test(secret))
    throw new ConfigError(`BETTER_AUTH_SECRET looks like a sample; ${MAKE_ONE}`)
  if (production && (REPEATED.test(secret) || !RANDOM.test(secret) || new Set(secret).size < 10))
    throw new ConfigError(
      `BETTER_AUTH_SECRET looks like words or a repetition, which can be guessed; ${MAKE_ONE}`,
    )
  return secret
}

function keptIn(dataDir: string): string {
  const file = join(dataDir, 'secret')
  let kept: string
  try {
    makeDataDirectory(dataDir)
    if (!existsSync(file))
      writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
    kept = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR is ${dataDir}, where no secret can be kept (${messageOf(error)}); ` +
        'it must be a directory that this user may write',
    )
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new ConfigError(
      `The secret kept in ${file} can be read by other users; run: chmod 600 ${file}`,
    )
  if (kept.length < MIN_LENGTH)
    throw new ConfigError(
      `The secret kept in ${file} is damaged; put it back, or delete the file to sign ` +
        'everybody out and get a new one',
    )
  return kept
}

/**
 * Makes the data directory, and what is missing above it, for this user alone.
 *
 * @throws {Error} of the file system
 */
export function makeDataDirectory(path: string): void {
  // Not by `recursive`, which tries for ever where the system says that there is nothing above, as
  // in /proc.
  if (existsSync(path)) return
  makeDataDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error
  }
}
