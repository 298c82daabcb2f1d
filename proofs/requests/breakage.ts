import type fc from 'fast-check'
import type { Outgoing } from './exchange.ts'

/** A request that breaks the contract in one place, and what must be said of it. */
export interface Broken {
  what: string
  request: Outgoing
  /** Statuses that are right; the first is the usual one. */
  statuses: number[]
  /** The broken place, where the status has one. */
  place?: { in: string; pointer: string }
}

/** The part of a request that breaks it; the rest is made good. */
export type Breakage = fc.Arbitrary<Omit<Broken, 'request'> & { request?: Partial<Outgoing> }>

/** A member's name as a JSON Pointer (RFC 6901). */
export const pointer = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
