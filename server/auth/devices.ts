import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

/** How long a device is known after its last sign-in: as long as browsers keep a cookie. */
const KNOWN_DAYS = 400
const DAY_MS = 86_400_000

export interface Devices {
  /** A name of an account for counts and logs, from which its e-mail cannot be read. */
  accountOf(emailOrUserId: string): string
  /**
   * The device that sends a request, where it has signed in to the account before.
   *
   * @param credential what it kept: a `device_token`, or all its cookies
   */
  deviceOf(
    credential: { token?: string | undefined; cookies?: string | undefined },
    account: string,
  ): string | undefined
  /** What makes a program a known device of the account. */
  tokenFor(account: string): string
  /** The Set-Cookie header that makes a browser one. */
  cookieFor(account: string): string
}

/**
 * Devices that have signed in to an account before, recognized by a signed token or cookie. It
 * grants no access. It prevents strangers from locking the owner out with wrong guesses (OWASP,
 * "Slow Down Online Guessing Attacks with Device Cookies").
 */
export function knownDevices(secret: string, isSecure: boolean): Devices {
  const key = createHmac('sha256', secret).update('docket devices').digest()
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  const nameOf = (account: string) =>
    `${isSecure ? '__Host-' : ''}docket.device-${account.slice(0, 8)}`

  const tokenFor = (account: string) => {
    const id = `${Math.floor(Date.now() / DAY_MS)}-${randomUUID()}`
    return `${id}.${sign(`device ${account} ${id}`)}`
  }

  return {
    accountOf: (emailOrUserId) => sign(`account ${emailOrUserId.toLowerCase()}`).slice(0, 16),

    deviceOf({ token, cookies = '' }, account) {
      const prefix = `${nameOf(account)}=`
      const cookie = cookies
        .split(';')
        .map((each) => each.trim())
        .find((each) => each.startsWith(prefix))
        ?.slice(prefix.length)
      const [id = '', signature = ''] = (token ?? cookie)?.split('.') ?? []
      const isFresh = Date.now() / DAY_MS - Number(id.split('-', 1)[0]) <= KNOWN_DAYS + 1
      return isFresh && isEqual(signature, sign(`device ${account} ${id}`)) ? id : undefined
    },

    tokenFor,

    cookieFor: (account) =>
      `${nameOf(account)}=${tokenFor(account)}; Max-Age=${KNOWN_DAYS * 86_400}; Path=/; ` +
      `HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`,
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
