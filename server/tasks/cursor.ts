import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Where a page ended: the sorted value of its last task, as the database writes it, and its id. */
export interface Place {
  key: string
  id: string
}

export interface Cursor {
  after: Place
  /** Counted on the first page and carried on. */
  total: number
  totalIsExact: boolean
}

export interface Cursors {
  /** @param list whose list it is, in which order and by which filters; the cursor is good for no other */
  write(list: string, cursor: Cursor): string
  /** Undefined when it was tampered with, or made for another list. */
  read(list: string, text: string): Cursor | undefined
}

const MAC_BYTES = 16

/**
 * Opaque cursors, authenticated with a key derived from the secret (HKDF, RFC 5869) and bound to their list.
 *
 * @example cursors(secret).read(list, cursors(secret).write(list, cursor)) // equals cursor
 */
export function cursors(secret: string): Cursors {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'docket cursor 2', 32))
  const mac = (list: string, payload: string) => createHmac('sha256', key).update(`${list}\n${payload}`).digest().subarray(0, MAC_BYTES)
  return {
    write(list, { after, total, totalIsExact }) {
      const payload = Buffer.from(JSON.stringify([after.key, after.id, total, totalIsExact])).toString('base64url')
      return `${payload}.${mac(list, payload).toString('base64url')}`
    },
    read(list, text) {
      const [payload = '', tag = '', ...rest] = text.split('.')
      const given = Buffer.from(tag, 'base64url')
      if (rest.length > 0 || given.length !== MAC_BYTES || !timingSafeEqual(given, mac(list, payload))) return undefined
      const [key, id, total, totalIsExact] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, string, number, boolean]
      return { after: { key, id }, total, totalIsExact }
    },
  }
}
