import { inject } from 'vitest'

/** `npm run prove` sets it to 10. */
const factor = Number(process.env.PROOF_FACTOR ?? 1)

/**
 * How many of something this run takes: the embedded database is slower, so it gets fewer. `atMost`
 * bounds the factor of the long form.
 */
export function effort({
  embedded,
  postgres,
  atMost = factor,
}: {
  embedded: number
  postgres: number
  atMost?: number
}): number {
  return Math.min(factor, atMost) * ('directory' in inject('template') ? embedded : postgres)
}

/** Where fast-check starts; a failure prints its seed, and PROPERTY_SEED repeats it. */
export const seed =
  process.env.PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.PROPERTY_SEED) }
