import { betterAuth, type GenericEndpointContext } from 'better-auth'
import { bearer } from 'better-auth/plugins/bearer'
import type pg from 'pg'
import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { type Config, isTrustedOrigin } from '../config.ts'
import { passwordHash } from './password-hash.ts'

/** The header in which the address of a request reaches Better Auth. Only this server writes it. */
export const ADDRESS_HEADER = 'x-docket-address'
const DAY = 86_400
/** Longest that a session lives however much it is used, in seconds (ASVS 5, 7.3.2). */
const MAX_AGE = 30 * DAY

export type Identity = ReturnType<typeof createIdentity>

/** Better Auth: accounts, passwords, sessions, cookies. */
export function createIdentity(config: Config, pool: pg.Pool, log: Logger) {
  const isSecure = config.baseUrl.startsWith('https:')
  return betterAuth({
    database: pool,
    secret: config.secret,
    baseURL: config.baseUrl,
    basePath: '/api/auth',
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin')
      return origin && isTrustedOrigin(config, origin)
        ? [...config.trustedOrigins, origin]
        : [...config.trustedOrigins]
    },
    // The contract counts 8 to 128 characters; Better Auth counts UTF-16 units, of which a
    // character has at most two.
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 256,
      revokeSessionsOnPasswordReset: true,
      password: passwordHash(config.passwordCost),
    },
    // Neither cookieCache nor a second store: a session must end at the next request.
    session: { expiresIn: 7 * DAY, updateAge: DAY },
    databaseHooks: { session: { update: { before: limitAge } } },
    advanced: {
      database: { generateId: () => uuidv7() },
      // `__Host-` cookies can be set by this host alone; Better Auth's own `__Secure-` ones by its
      // siblings, too.
      useSecureCookies: false,
      cookiePrefix: `${isSecure ? '__Host-' : ''}better-auth`,
      defaultCookieAttributes: { secure: isSecure },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    // Without requireSignature, a session token read from the database would do as a credential.
    plugins: [bearer({ requireSignature: true })],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // Its details may hold an e-mail, so only the sentence is kept. What callers cause is in the
    // security log already.
    logger: {
      level: 'error',
      log: (_level, message) => log.warn({ from: 'better-auth' }, message),
    },
    // Otherwise its router writes the error to the console and answers 500, and "database away" is
    // lost.
    onAPIError: { throw: true },
  })
}

/**
 * A session in use is extended, but not beyond its greatest age. In its last days each use writes
 * that again, which changes nothing.
 */
async function limitAge(
  extended: { expiresAt?: Date | undefined },
  context: GenericEndpointContext | null,
) {
  const session = context?.context.session?.session
  if (!session || !extended.expiresAt) return
  const latest = new Date(session.createdAt.getTime() + MAX_AGE * 1_000)
  return { data: { expiresAt: extended.expiresAt < latest ? extended.expiresAt : latest } }
}
