import { errors, jwtVerify, SignJWT } from 'jose'
import type { Caller } from '../contract/handlers.ts'

/** Seconds an access token lives. */
export const TOKEN_LIFETIME = 1_800
/** Verified tokens remembered at once; the oldest goes first. */
const CACHE_LIMIT = 10_000
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export interface TokenUser {
  id: string
  email: string
  name: string
}

export type Refused = 'token_expired' | 'token_invalid'

export interface AccessTokens {
  /** A JWT (RFC 7519) for a session of a user, good for 30 minutes. */
  sign(user: TokenUser, sessionId: string): Promise<string>
  /**
   * The caller of a token, or why it is refused. Without I/O: whether the session is alive is
   * the statement's business.
   */
  verify(token: string): Promise<Caller | Refused>
}

/**
 * Access tokens: HS256 with the shared secret. No `aud` claim, because PyJWT and python-jose refuse
 * a token with an audience they were not told of, and any backend that shares the secret must be
 * able to verify ours as it is.
 */
export function accessTokens(secret: string, issuer: string): AccessTokens {
  const key = new TextEncoder().encode(secret)
  const verified = new Map<string, { caller: Caller; expires: number }>()

  return {
    sign: (user, sessionId) =>
      new SignJWT({ user_id: user.id, email: user.email, name: user.name, sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(user.id)
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_LIFETIME} seconds`)
        .sign(key),

    async verify(token) {
      const known = verified.get(token)
      if (known) {
        if (known.expires > Date.now()) return known.caller
        verified.delete(token)
      }
      if (!isCanonical(token)) return 'token_invalid'
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer,
          requiredClaims: ['sub', 'user_id', 'sid', 'iat', 'exp'],
        })
        const { sub, user_id: userId, sid, exp } = payload
        if (
          typeof sid !== 'string' ||
          typeof sub !== 'string' ||
          exp === undefined ||
          sub !== userId ||
          !UUID.test(sub) ||
          !UUID.test(sid)
        )
          return 'token_invalid'
        const caller = { userId: sub, sessionId: sid }
        const [oldest = ''] = verified.keys()
        if (verified.size >= CACHE_LIMIT) verified.delete(oldest)
        verified.set(token, { caller, expires: exp * 1_000 })
        return caller
      } catch (error) {
        return error instanceof errors.JWTExpired ? 'token_expired' : 'token_invalid'
      }
    },
  }
}

/**
 * jose, like most, reads base64url leniently: padded, or with other spare bits, one token would
 * have many spellings.
 */
function isCanonical(token: string): boolean {
  const parts = token.split('.')
  return (
    parts.length === 3 &&
    parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
  )
}
