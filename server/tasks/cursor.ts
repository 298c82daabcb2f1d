import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Where a page ended. */
export interface Position {
  createdAt: string
  id: string
}

export interface Cursor {
  after: Position
  /** Counted on the first page and carried on. */
  total: number
  totalIsExact: boolean
}

export interface Cursors {
  write(userId: string, cursor: Cursor): string
  /** Undefined when it was tampered with, or made for another user. */
  read(userId: string, text: string): Cursor | undefined
}

const MAC_BYTES = 16

/**
 * Opaque cursors, authenticated with a key derived from the secret (HKDF, RFC 5869) and bound to their user.
 *
 * @example cursors(secret).read(userId, cursors(secret).write(userId, cursor)) // equals cursor
 */
export function cursors(secret: string): Cursors {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'docket cursor 1', 32))
  const mac = (userId: string, payload: string) => createHmac('sha256', key).update(`${userId}\n${payload}`).digest().subarray(0, MAC_BYTES)
  return {
    write(userId, { after, total, totalIsExact }) {
      const payload = Buffer.from(JSON.stringify([after.createdAt, after.id, total, totalIsExact])).toString('base64url')
      return `${payload}.${mac(userId, payload).toString('base64url')}`
    },
    read(userId, text) {
      const [payload = '', tag = '', ...rest] = text.split('.')
      const given = Buffer.from(tag, 'base64url')
      if (rest.length > 0 || given.length !== MAC_BYTES || !timingSafeEqual(given, mac(userId, payload))) return undefined
      const [createdAt, id, total, totalIsExact] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, string, number, boolean]
      return { after: { createdAt, id }, total, totalIsExact }
    },
  }
}
