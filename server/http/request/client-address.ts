import { isIP } from 'node:net'
import type { RequestHandler } from 'express'

/**
 * Entries of `X-Forwarded-For` that are looked at, from its end: no request passes as many proxies.
 */
const MOST_PROXIES = 50

/**
 * Notes who sends the request, before anything counts it. What proxies write into `X-Forwarded-For`
 * is not always an address alone: Azure and others add the port, some add brackets, some send no
 * address at all. Such an entry counts as the proxy that wrote it. It is not left out, because then
 * the client could choose which entry counts.
 */
export const readAddress: RequestHandler = (request, response, next) => {
  const socket = parseAddress(request.socket.remoteAddress ?? '') ?? ''
  const forwarded = request.headers['x-forwarded-for']
  if (forwarded !== undefined) {
    let nearer = socket
    const entries = String(forwarded)
      .split(',')
      .slice(-MOST_PROXIES)
      .reverse()
      .map((entry) => {
        nearer = parseAddress(entry) ?? nearer
        return nearer
      })
    request.headers['x-forwarded-for'] = entries.reverse().join(', ')
  }
  response.locals.address = parseAddress(request.ip ?? '') ?? socket
  next()
}

/**
 * The IP address in a text, in its canonical form; undefined where there is none.
 *
 * @example parseAddress('203.0.113.7:40001') // '203.0.113.7'
 * @example parseAddress('[2001:DB8::0:1]:443') // '2001:db8::1'
 * @example parseAddress('::ffff:203.0.113.7') // '203.0.113.7'
 */
export function parseAddress(text: string): string | undefined {
  const entry = text.trim().replace(/^"(.*)"$/, '$1')
  const [, bracketed, zoned] = /^\[([^\]]*)\](?::\d*)?$/.exec(entry) ?? [
    undefined,
    undefined,
    entry,
  ]
  const bare = (bracketed ?? zoned ?? '').replace(/%.*$/, '')
  const address = isIP(bare) === 0 ? bare.replace(/:\d*$/, '') : bare
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return unmapped(new URL(`http://[${address}]`).hostname.slice(1, -1))
    default:
      return undefined
  }
}

/** An IPv4 address that came through an IPv6 socket (RFC 4291, 2.5.5.2). */
function unmapped(address: string): string {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  return [high, low]
    .flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255])
    .join('.')
}
