import type { OperationResults, Operations } from './contract.gen.ts'
import { ForeignResponse, hasMediaType, type ProblemError, problemErrorOf } from './errors.ts'
import type { OperationId } from './operation-types.ts'
import { OPERATIONS, SHAPES } from './operations.gen.ts'

/** What an operation answered: its data, or the problem that it refused with. */
export type Recognised = { data?: unknown; error?: undefined } | { error: ProblemError }

/**
 * Reads a response as what the contract says of the operation: status, media type, and the members
 * that it requires.
 *
 * @param text the whole body; undefined where it is left for the caller to read
 * @throws {ForeignResponse} where it is not a response of Docket, such as the page of a portal, or
 *   only half of one
 */
export function recognise(
  id: OperationId,
  response: Response,
  text: string | undefined,
): Recognised {
  if (response.status === 304) return {}
  if (!response.ok) {
    const error = problemErrorOf(parsed(text ?? ''), response)
    if (error) return { error }
    throw new ForeignResponse(response)
  }
  const declared = OPERATIONS[id].responses[response.status]
  const [type, pattern] = Array.isArray(declared) ? declared : ['application/json']
  // An empty body has no media type to be known by.
  const isOurs =
    declared !== undefined &&
    (declared ? hasMediaType(response, type) : response.headers.has('x-request-id'))
  if (isOurs && (!declared || text === undefined)) return {}
  const data = pattern ? text : parsed(text ?? '')
  if (!isOurs || !(pattern ? RegExp(pattern).test(text ?? '') : fits(`${declared}`, data)))
    throw new ForeignResponse(response)
  return { data }
}

/** What a request was about, by which its response is known. */
export interface Subject {
  /** The resource in its path; blank where there is none. */
  targetId: string
  body: unknown
}

/**
 * Whether a response is about what was asked: a cache or a proxy may answer with that of another
 * request. The resource of the path comes back, and of many operations each is confirmed with its
 * resource, in their order.
 */
export function isAbout(id: OperationId, { targetId, body }: Subject, data: unknown): boolean {
  if (id === 'applyOperations') {
    const { operations }: Operations = Object(body)
    const { items }: OperationResults = Object(data)
    const ids = operations.map((operation) =>
      'value' in operation
        ? operation.value.id
        : operation.action === 'color_label'
          ? undefined
          : operation.id,
    )
    return (
      items.length === ids.length &&
      ids.every((each, index) => each === undefined || each === items[index]?.value?.id)
    )
  }
  return targetId === '' || data === undefined || Object(data).id === targetId
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const TYPES: Record<string, string> = { s: 'string', n: 'number', b: 'boolean' }

/**
 * Whether a value has a shape: `s`, `n`, `b`, the name of a schema, `One|Other`, `[of each item]`,
 * of which with `+` there is one at least; with `?` it may be null.
 */
function fits(shape: string, value: unknown): boolean {
  if (shape.endsWith('?')) return value === null || fits(shape.slice(0, -1), value)
  if (shape.includes('|') && !shape.startsWith('['))
    return shape.split('|').some((kind) => fits(kind, value))
  if (shape.endsWith('+'))
    return Array.isArray(value) && value.length > 0 && fits(shape.slice(0, -1), value)
  if (shape.startsWith('['))
    return Array.isArray(value) && value.every((item) => fits(shape.slice(1, -1), item))
  const type = TYPES[shape]
  if (type) return typeof value === type
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(SHAPES[shape] ?? {}).every(([member, of]) =>
    fits(of, Object(value)[member]),
  )
}
