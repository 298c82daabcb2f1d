import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** The cost of Better Auth's own hashes, which do not name it. */
export const DEFAULT_COST = 14
/** scrypt's block size, parallelization and length of the key: those of Better Auth. */
const [R, P, KEY_BYTES] = [16, 1, 64]

export interface PasswordHash {
  hash(password: string): Promise<string>
  /** Also of a hash with another cost, so that the setting can be changed at any time. */
  verify(given: { hash: string; password: string }): Promise<boolean>
}

/**
 * Password hashes by scrypt (RFC 7914), readable by Better Auth at the default cost.
 *
 * @param cost binary logarithm of scrypt's N; one more takes twice the time and memory (32 MB at
 *   the default)
 * @example await passwordHash(14).hash('correct horse battery') // '<salt>:<key>'
 * @example await passwordHash(15).hash('correct horse battery') // '15:<salt>:<key>'
 */
export function passwordHash(cost: number): PasswordHash {
  return {
    async hash(password) {
      const salt = randomBytes(16).toString('hex')
      const key = (await deriveKey(password, salt, cost)).toString('hex')
      return cost === DEFAULT_COST ? `${salt}:${key}` : `${cost}:${salt}:${key}`
    },
    async verify({ hash, password }) {
      const [key = '', salt = '', ofHash = DEFAULT_COST] = hash.split(':').reverse()
      const stored = Buffer.from(key, 'hex')
      const derived = await deriveKey(password, salt, Number(ofHash))
      return stored.length === derived.length && timingSafeEqual(stored, derived)
    },
  }
}

function deriveKey(password: string, salt: string, cost: number): Promise<Buffer> {
  const N = 2 ** cost
  const options = { N, r: R, p: P, maxmem: 256 * N * R }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
