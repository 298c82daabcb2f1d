import { betterAuth } from 'better-auth'
import { bearer } from 'better-auth/plugins/bearer'
import type pg from 'pg'
import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { type Config, isTrustedOrigin } from '../config.ts'

/** The header in which the address of a request reaches Better Auth. Only this server writes it. */
export const ADDRESS_HEADER = 'x-docket-address'
const DAY = 86_400

export type Identity = ReturnType<typeof createIdentity>

/** Better Auth: accounts, passwords, sessions, cookies. */
export function createIdentity(config: Config, pool: pg.Pool, log: Logger) {
  return betterAuth({
    database: pool,
    secret: config.secret,
    baseURL: config.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin')
      return origin && isTrustedOrigin(config, origin) ? [...config.trustedOrigins, origin] : [...config.trustedOrigins]
    },
    // The contract counts 8 to 128 characters; Better Auth counts UTF-16 units, of which a character has at most two.
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 256, revokeSessionsOnPasswordReset: true },
    // Neither cookieCache nor a second store: a session must end at the next request.
    session: { expiresIn: 7 * DAY, updateAge: DAY },
    advanced: {
      database: { generateId: () => uuidv7() },
      useSecureCookies: config.baseUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    // Without requireSignature, a session token read from the database would do as a credential.
    plugins: [bearer({ requireSignature: true })],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // Its details may hold an e-mail, so only the sentence is kept. What callers cause is in the security log already.
    logger: { level: 'error', log: (_level, message) => log.warn({ from: 'better-auth' }, message) },
    // Otherwise its router writes the error to the console and answers 500, and "database away" is lost.
    onAPIError: { throw: true },
  })
}
