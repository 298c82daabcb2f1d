import { pointerTo } from '../contract/field-errors.ts'
import type { FieldError } from '../problems.ts'

/** Most items of a list, and most lists and objects within each other. */
const ITEM_LIMIT = 2_000
const DEPTH_LIMIT = 10

/**
 * What of the `items` of a file would keep the validator busy for minutes: it looks at every item of a list that is too long, and its time
 * for what breaks a `$ref` grows with the square of their number.
 */
export function excess(body: unknown): FieldError | undefined {
  return within((body as { items?: unknown } | null | undefined)?.items, '/items', 1)
}

function within(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > DEPTH_LIMIT) return { in: 'body', pointer, code: 'invalid', detail: `is nested more than ${DEPTH_LIMIT} levels deep` }
  if (Array.isArray(value) && value.length > ITEM_LIMIT) {
    return { in: 'body', pointer, code: 'max_items', detail: `must NOT have more than ${ITEM_LIMIT} items` }
  }
  for (const [name, member] of Object.entries(value)) {
    const fault = within(member, `${pointer}${pointerTo(name)}`.slice(0, 200), depth + 1)
    if (fault) return fault
  }
  return undefined
}
