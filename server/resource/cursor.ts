import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Where a page ended: the sorted value of its last row, as the database writes it, and its id. */
export interface Place {
  key: string
  id: string
}

/** In the cursor of a walk through pages. */
export interface WalkProgress {
  after: Place
  /** Counted on the first page and carried on. */
  total: number
  totalIsExact: boolean
}

export interface Cursors {
  /**
   * @param walk of whose resources it is, in which order and by which filters; the cursor is good
   * for no other
   */
  write<Progress>(walk: string, progress: Progress): string
  /** Undefined when it was tampered with, or made for another walk. */
  read<Progress>(walk: string, text: string): Progress | undefined
}

const MAC_BYTES = 16

/**
 * Opaque cursors, authenticated with a key derived from the secret (HKDF, RFC 5869) and bound to
 * their walk.
 *
 * @example cursors(secret).read(walk, cursors(secret).write(walk, cursor)) // equals cursor
 */
export function cursors(secret: string): Cursors {
  // Bytes would be made a key anew for every cursor, which costs more than all else here.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'docket cursor 2', 32)))
  const mac = (walk: string, payload: string) =>
    createHmac('sha256', key).update(`${walk}\n${payload}`).digest().subarray(0, MAC_BYTES)
  return {
    write(walk, progress) {
      const payload = Buffer.from(JSON.stringify(progress)).toString('base64url')
      return `${payload}.${mac(walk, payload).toString('base64url')}`
    },
    read(walk, text) {
      const [payload = '', tag = '', ...rest] = text.split('.')
      const given = Buffer.from(tag, 'base64url')
      if (
        rest.length > 0 ||
        given.length !== MAC_BYTES ||
        !timingSafeEqual(given, mac(walk, payload))
      )
        return undefined
      return JSON.parse(Buffer.from(payload, 'base64url').toString())
    },
  }
}
