import fc from 'fast-check'
import { fits } from './contract-schemas.ts'
import { type Schema, typesOf, whole } from './request-schemas.ts'
import { validRules } from './valid-rules.ts'

/** Values that fit a schema of the contract, corners of Unicode and of the limits included. */
export function validValues(given: Schema): fc.Arbitrary<unknown> {
  const schema = whole(given)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(validValues))
  // Of `anyOf` the first is what is meant.
  if (schema.anyOf) return validValues(schema.anyOf[0] as Schema)
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
      const members = Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, member]) => [
          name,
          validValues(member),
        ]),
      )
      const { required = [], minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema
      if (maxProperties === 1 && required.length === 0)
        return fc.oneof(
          ...Object.entries(members).map(([name, value]) => fc.record({ [name]: value })),
        )
      return fc
        .record(members, { requiredKeys: required })
        .filter((object) => isWithin(Object.keys(object).length, minProperties, maxProperties))
    }
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 0, uniqueItems } = schema
      // A hundred objects at their longest are more than a body may have.
      const isOfObjects = items.anyOf !== undefined || typesOf(items).includes('object')
      const limits = {
        minLength: minItems,
        maxLength: isOfObjects ? Math.min(maxItems, 5) : maxItems,
        size: 'max',
      } as const
      return uniqueItems
        ? fc.uniqueArray(validValues(items), { ...limits, comparator: 'SameValueZero' })
        : fc.array(validValues(items), limits)
    }
    default:
      throw new Error(
        `No request of the contract has held a ${type} so far: say here how one is made`,
      )
  }
}

const isWithin = (count: number, least: number, most: number) => count >= least && count <= most

/** Code points of the longest texts: so many that a body has room for five resources. */
const LONGEST = 2_000

/** Names of every kind: of a place, of an offset, an old name, one in another case. */
const TIME_ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Etc/GMT+5',
  'Asia/Calcutta',
  'europe/london',
]

function strings(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.format === 'recurrence-rule') return validRules
  if (schema.format === 'time-zone') return fc.constantFrom(...TIME_ZONES)
  const days = fc
    .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString())
  if (schema.format === 'date') return days.map((text) => text.slice(0, 10))
  if (schema.format === 'date-time')
    return fc.tuple(days, fc.constantFrom('Z', '000Z')).map(([text, end]) => text.replace('Z', end))
  if (schema.format === 'email') {
    const plain = fc.stringMatching(
      /^[a-z0-9]{1,20}(\.[A-Z0-9]{1,10})?@[a-z]{2,10}\.(org|example|co\.uk)$/,
    )
    return fc.oneof(plain, fc.emailAddress()).filter((email) => fits(schema, email))
  }
  const maxLength = Math.min(schema.maxLength ?? 0, LONGEST)
  const limits = { minLength: schema.minLength ?? 0, maxLength }
  const inUnits = (['grapheme', 'grapheme-composite', 'binary'] as const).map((unit) =>
    fc.string({ unit, ...limits, size: 'max' }),
  )
  const longest = fc.constantFrom('x', 'é', '👍', '\u202e').map((unit) => unit.repeat(maxLength))
  // Freely made strings seldom fit a narrow pattern, and strings made of a pattern are seldom as
  // odd as free ones.
  const made =
    schema.pattern === undefined ? [] : [fc.stringMatching(new RegExp(schema.pattern, 'u'))]
  const fitting = fc.oneof(...(isNarrow(schema) ? made : [...inUnits, longest]))
  return fitting.filter((text) => fits(schema, text))
}

/** A pattern that ordinary words break. */
function isNarrow({ pattern }: Schema): boolean {
  return pattern !== undefined && !new RegExp(pattern, 'u').test('an ordinary text, née 1815')
}
