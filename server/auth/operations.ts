import { isAPIError } from 'better-auth/api'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller, Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { Unavailable, unavailable } from '../database/unavailable.ts'
import { type Problem, problem } from '../problems.ts'
import { bearer } from './caller.ts'
import type { Devices } from './devices.ts'
import type { Identity } from './identity.ts'
import { passwordErrors } from './password-rules.ts'
import { NOT_AN_EMAIL, type Relayed, relay, relayedHeaders, type Source } from './relay.ts'
import { deleteSession, isHashOf, selectHashOfEmail, selectUser } from './store.ts'
import { type AccessTokens, TOKEN_LIFETIME } from './token.ts'

type Schemas = components['schemas']
type Unauthorized =
  | 'authorization_missing'
  | 'authorization_malformed'
  | 'token_expired'
  | 'token_invalid'
/** Clears the browser's cached responses, so that none of a signed-out user remains. */
export const SIGNED_OUT = { 'Clear-Site-Data': '"cache"' } as const

/** How Better Auth refuses a page of an origin it does not trust. */
const ORIGIN = [
  'INVALID_ORIGIN',
  'MISSING_OR_NULL_ORIGIN',
  'CROSS_SITE_NAVIGATION_LOGIN_BLOCKED',
] as const
type IdentityOperation =
  | 'signup'
  | 'login'
  | 'logout'
  | 'verify'
  | 'getToken'
  | 'signUpEmail'
  | 'signInEmail'
  | 'signOut'
  | 'getSession'

export function identityOperations(
  identity: Identity,
  tokens: AccessTokens,
  devices: Devices,
  database: Database,
  isTrusted: (origin: string) => boolean,
): Pick<Handlers, IdentityOperation> {
  /**
   * Better Auth checks the origin only of requests with a cookie. A page of another origin must not
   * be able to sign a user in either.
   */
  function rejectForeignOrigin({
    headers: { origin },
  }: Source): Problem<'INVALID_ORIGIN'> | undefined {
    return origin === undefined || isTrusted(origin) ? undefined : problem('INVALID_ORIGIN')
  }

  /**
   * The callback URL, to which the stock client sends the browser, must have a trusted origin.
   * Better Auth does not check it in every environment.
   */
  function rejectForeignCallback(
    callbackUrl: string | undefined,
  ): Problem<'INVALID_CALLBACK_URL'> | undefined {
    if (!callbackUrl) return undefined
    const base = identity.options.baseURL
    const target = URL.canParse(callbackUrl, base) ? new URL(callbackUrl, base) : undefined
    return target && /^https?:$/.test(target.protocol) && isTrusted(target.origin)
      ? undefined
      : problem('INVALID_CALLBACK_URL')
  }

  /** The live session of a cookie or a bearer session token, with the cookies that extend it. */
  async function liveSession(headers: Headers) {
    try {
      const { headers: answered, response } = await identity.api.getSession({
        headers,
        returnHeaders: true,
      })
      return response ? { ...response, cookies: answered.getSetCookie() } : undefined
    } catch (error) {
      // Without a database, Better Auth reports only "Failed to get session". No other cause
      // exists.
      throw isAPIError(error)
        ? new Unavailable('the session could not be read', { cause: error })
        : unavailable(error)
    }
  }

  /**
   * The caller of an access token or a session token, or the 401. Whether the session of an access
   * token is alive is checked later.
   */
  async function callerFromSessionOrToken(source: Source): Promise<Caller | Problem<Unauthorized>> {
    const credential = bearer(source.headers.authorization)
    if ('code' in credential) return credential
    const caller = await tokens.verify(credential.token)
    if (typeof caller !== 'string') return caller
    const session = await liveSession(bearerHeaders(credential.token))
    return session ? { userId: session.user.id, sessionId: session.session.id } : problem(caller)
  }

  /**
   * Undefined when the session that was just made has ended already: the user signed out
   * everywhere, or the account is gone.
   */
  async function grant({ sessionToken }: Relayed): Promise<Schemas['SessionGrant'] | undefined> {
    const live = sessionToken === null ? undefined : await liveSession(bearerHeaders(sessionToken))
    if (!live || sessionToken === null) return undefined
    const { id, email, name, createdAt } = live.user
    const access_token = await tokens.sign(live.user, live.session.id)
    return {
      user: { id, email, name, created_at: createdAt.toISOString() },
      access_token,
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME,
      session_token: sessionToken,
      device_token: devices.tokenFor(devices.accountOf(email)),
    }
  }

  /**
   * Whether the account still has the password hash that it had before this sign-in. A concurrent
   * password change could not end a session that did not exist yet, so the session is ended here.
   */
  async function isStillGood({ sessionToken }: Relayed, hash: string | null): Promise<boolean> {
    const live = sessionToken === null ? undefined : await liveSession(bearerHeaders(sessionToken))
    if (!live) return false
    if (await isHashOf(database, live.user.id, hash)) return true
    await deleteSession(database, { userId: live.user.id, sessionId: live.session.id })
    return false
  }

  /**
   * Ends the session that the browser had before the sign-in. A browser has one session: the old
   * one would stay open, and no page could end it.
   */
  async function endReplaced(before: Awaited<ReturnType<typeof liveSession>>): Promise<void> {
    if (before)
      await deleteSession(database, { userId: before.user.id, sessionId: before.session.id })
  }

  const knownNow = (email: string) => devices.cookieFor(devices.accountOf(email))

  return {
    async signup({ body, source }) {
      const errors = await passwordErrors('/password', body.password, body.email)
      if (errors.length > 0) return problem('invalid_body', { errors })
      const made = await relay(identity, database, {
        path: '/sign-up/email',
        headers: programHeaders(source),
        body: { ...body, name: displayName(body) },
        expected: ['USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL', 'INVALID_EMAIL'],
      })
      if (!('code' in made)) {
        const granted = await grant(made)
        if (!granted) throw new Error('Better Auth made a session that is not there')
        return { status: 201, body: granted, signedIn: granted.user.id }
      }
      return made.code === 'INVALID_EMAIL'
        ? problem('invalid_body', NOT_AN_EMAIL)
        : problem('email_taken')
    },

    async login({ body, source }) {
      const hash = await selectHashOfEmail(database, body.email)
      const made = await relay(identity, database, {
        path: '/sign-in/email',
        headers: programHeaders(source),
        body: { email: body.email, password: body.password },
        expected: ['INVALID_EMAIL_OR_PASSWORD', 'INVALID_EMAIL'],
      })
      if (!('code' in made)) {
        const granted = (await isStillGood(made, hash)) && (await grant(made))
        return granted
          ? { status: 200, body: granted, signedIn: granted.user.id }
          : problem('invalid_credentials')
      }
      return made.code === 'INVALID_EMAIL'
        ? problem('invalid_body', NOT_AN_EMAIL)
        : problem('invalid_credentials')
    },

    async logout({ source }) {
      const caller = await callerFromSessionOrToken(source)
      if ('code' in caller) return caller
      return (await deleteSession(database, caller))
        ? { status: 200, headers: SIGNED_OUT, body: { success: true } }
        : problem('session_ended')
    },

    async verify({ source }) {
      const caller = await callerFromSessionOrToken(source)
      if ('code' in caller) return caller
      const user = await selectUser(database, caller)
      return user ? { status: 200, body: { user } } : problem('session_ended')
    },

    async getToken({ source }) {
      const live = await liveSession(relayedHeaders(source))
      if (!live) return noSession(source)
      return {
        status: 200,
        body: { token: await tokens.sign(live.user, live.session.id), expires_in: TOKEN_LIFETIME },
        cookies: live.cookies,
      }
    },

    async signUpEmail({ body, source }) {
      const foreign = rejectForeignOrigin(source) ?? rejectForeignCallback(body.callbackURL)
      if (foreign) return foreign
      const errors = await passwordErrors('/password', body.password, body.email)
      if (errors.length > 0) return problem('invalid_body', { errors })
      const before = await liveSession(relayedHeaders(source))
      const made = await relay(identity, database, {
        path: '/sign-up/email',
        headers: relayedHeaders(source),
        body: { ...body, name: displayName(body) },
        expected: [
          ...ORIGIN,
          'INVALID_CALLBACK_URL',
          'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL',
          'INVALID_EMAIL',
        ],
      })
      if ('code' in made) return made
      await endReplaced(before)
      const { user }: Schemas['BrowserSignUp'] = made.body
      return {
        status: 200,
        body: { token: '', user },
        cookies: [...made.cookies, knownNow(body.email)],
        signedIn: user.id,
      }
    },

    async signInEmail({ body, source }) {
      const foreign = rejectForeignOrigin(source) ?? rejectForeignCallback(body.callbackURL)
      if (foreign) return foreign
      const before = await liveSession(relayedHeaders(source))
      const hash = await selectHashOfEmail(database, body.email)
      const made = await relay(identity, database, {
        path: '/sign-in/email',
        headers: relayedHeaders(source),
        body,
        expected: [...ORIGIN, 'INVALID_CALLBACK_URL', 'INVALID_EMAIL_OR_PASSWORD', 'INVALID_EMAIL'],
      })
      if ('code' in made) return made
      if (!(await isStillGood(made, hash))) return problem('INVALID_EMAIL_OR_PASSWORD')
      await endReplaced(before)
      const { user }: Schemas['BrowserSignIn'] = made.body
      const redirect = body.callbackURL
        ? { redirect: true, url: body.callbackURL }
        : { redirect: false }
      return {
        status: 200,
        body: { ...redirect, token: '', user },
        cookies: [...made.cookies, knownNow(body.email)],
        signedIn: user.id,
      }
    },

    async signOut({ source }) {
      const foreign = rejectForeignOrigin(source)
      if (foreign) return foreign
      const headers = relayedHeaders(source)
      const live = await liveSession(headers)
      const left = await relay(identity, database, { path: '/sign-out', headers, expected: ORIGIN })
      if ('code' in left) return left
      // Better Auth answers success even where it could not delete the session.
      if (live) await deleteSession(database, { userId: live.user.id, sessionId: live.session.id })
      return { status: 200, headers: SIGNED_OUT, body: { success: true }, cookies: left.cookies }
    },

    async getSession({ query, source }) {
      const parameters = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      )
      const found = await relay(identity, database, {
        method: 'GET',
        path: `/get-session?${parameters}`,
        headers: relayedHeaders(source),
        expected: [],
      })
      const session: Schemas['BrowserSession'] = found.body
      return {
        status: 200,
        body: session && { ...session, session: { ...session.session, token: '' } },
        cookies: found.cookies,
      }
    },
  }
}

/** Without a name, the part of the e-mail before the `@`. */
function displayName({ name, email }: { name?: string; email: string }): string {
  return name?.trim() ? name : email.replace(/@.*$/s, '')
}

/** Programs do not use cookies or origins, so both are removed. */
function programHeaders({ headers, address }: Source): Headers {
  return relayedHeaders({
    headers: headers['user-agent'] === undefined ? {} : { 'user-agent': headers['user-agent'] },
    address,
  })
}

function bearerHeaders(token: string): Headers {
  return new Headers({ authorization: `Bearer ${token}` })
}

/** Why the credentials of this request are no live session. */
function noSession({
  headers: { authorization },
}: Source): Problem<Unauthorized | 'session_missing'> {
  if (authorization === undefined) return problem('session_missing')
  const credential = bearer(authorization)
  return 'code' in credential ? credential : problem('token_invalid')
}
