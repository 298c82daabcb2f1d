import { isIPv6 } from 'node:net'
import type { Response } from 'express'

/** The user that a good access token names; undefined without one. */
export function userOf({ locals: { caller } }: Response): string | undefined {
  return caller && 'userId' in caller ? caller.userId : undefined
}

/**
 * The network that an address counts for. An IPv6 network of 64 bits is one household or one
 * server, which can use any address in it; one of 48 bits is one site.
 *
 * @param address in its canonical form
 * @example networkOf('2001:db8::7') // '2001:db8:0:0/64'
 */
export function networkOf(address: string, bits: 48 | 64 = 64): string {
  if (!isIPv6(address)) return address
  return `${groupsOf(address)
    .slice(0, bits / 16)
    .join(':')}/${bits}`
}

/** The eight groups of an IPv6 address, of which `::` stands for those that are zero. */
function groupsOf(address: string): string[] {
  const [left = [], right] = address.split('::').map((part) => part.split(':').filter(Boolean))
  if (!right) return left
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}
