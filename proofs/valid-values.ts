import fc from 'fast-check'
import { resolve } from '../server/contract/document.ts'
import { fits } from './contract-schemas.ts'
import { type Schema, typesOf } from './request-schemas.ts'

/** Values that fit a schema of the contract, corners of Unicode and of the limits included. */
export function validValues(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolve<Schema>(given as Schema & { $ref?: string })
  if (schema.enum) return fc.constantFrom(...schema.enum)
  return fc.oneof(...typesOf(schema).map((type) => ofType(type, schema)))
}

function ofType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 0 })
    case 'string':
      return strings(schema)
    case 'object': {
      const members = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, member]) => [name, validValues(member)]))
      return fc.record(members, { requiredKeys: schema.required ?? [] })
    }
    default:
      throw new Error(`No request of the contract has held a ${type} so far: say here how one is made`)
  }
}

function strings(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.format === 'email') {
    const plain = fc.stringMatching(/^[a-z0-9]{1,20}(\.[A-Z0-9]{1,10})?@[a-z]{2,10}\.(org|example|co\.uk)$/)
    return fc.oneof(plain, fc.emailAddress()).filter((email) => fits(schema, email))
  }
  const limits = { minLength: schema.minLength ?? 0, maxLength: schema.maxLength ?? 0 }
  const inUnits = (['grapheme', 'grapheme-composite', 'binary'] as const).map((unit) => fc.string({ unit, ...limits, size: 'max' }))
  const longest = fc.constantFrom('x', 'é', '👍', '\u202e').map((unit) => unit.repeat(limits.maxLength))
  // Freely made strings seldom fit a narrow pattern, and strings made of a pattern are seldom as odd as free ones.
  const made = schema.pattern === undefined ? [] : [fc.stringMatching(new RegExp(schema.pattern, 'u'))]
  const fitting = fc.oneof(...(isNarrow(schema) ? made : [...inUnits, longest]))
  return fitting.filter((text) => fits(schema, text))
}

/** A pattern that ordinary words break. */
function isNarrow({ pattern }: Schema): boolean {
  return pattern !== undefined && !new RegExp(pattern, 'u').test('an ordinary text, née 1815')
}
