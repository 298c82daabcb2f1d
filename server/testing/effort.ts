/** `npm run prove` sets it. */
const isLong = process.env.LONG_PROOFS === 'on'

/** How many of something this run takes. */
export function effort({ usual, long }: { usual: number; long: number }): number {
  return isLong ? long : usual
}

/** Where fast-check starts; a failure prints its seed, and PROPERTY_SEED repeats it. */
export const seed =
  process.env.PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.PROPERTY_SEED) }
