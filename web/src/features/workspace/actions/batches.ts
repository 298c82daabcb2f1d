import type { Step } from '../../../replica/replica.ts'

/** Operations in a request, and their bytes: below the contract's limits, of 100 and of 100 kB. */
const BATCH_SIZE = 50
const BATCH_BYTES = 80_000
const encoder = new TextEncoder()

/** Parts of the steps, each of which one request takes. */
export function batches(steps: Step[]): Step[][] {
  const parts: Step[][] = []
  let bytes = 0
  for (const step of steps) {
    const size = encoder.encode(JSON.stringify(step.operation)).length
    const part = parts.at(-1)
    bytes += size
    if (part && part.length < BATCH_SIZE && bytes <= BATCH_BYTES) part.push(step)
    else {
      parts.push([step])
      bytes = size
    }
  }
  return parts
}
