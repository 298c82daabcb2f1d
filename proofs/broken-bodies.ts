import fc from 'fast-check'
import { type Operation, resolve } from '../server/contract/document.ts'
import { type Breakage, pointer } from './breakage.ts'
import { bodySchema, type Schema, typesOf } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

/** Bodies that break an operation's schema in one place, or cannot be read. */
export function brokenBodies(operation: Operation): Breakage[] {
  const schema = bodySchema(operation)
  if (!schema) return []
  const valid = validValues(schema) as fc.Arbitrary<Record<string, unknown>>
  const properties = Object.entries(schema.properties ?? {})
  const refused = (what: string, at: string, body: fc.Arbitrary<string>): Breakage =>
    body.map((text) => ({ what, statuses: [422], place: { in: 'body', pointer: at }, request: { body: text } }))
  const replaced = (what: string, name: string, json: fc.Arbitrary<string>) =>
    refused(
      what,
      pointer(name),
      fc.tuple(valid, json).map(([fields, text]) => member(fields, name, text)),
    )

  const perMember = properties.flatMap(([name, given]) => {
    const property = resolve<Schema>(given as Schema & { $ref?: string })
    const types = typesOf(property)
    const others = [
      '0',
      '-1',
      '1e400',
      '-0',
      '123456789012345678901234567890',
      '0.1',
      'true',
      '"x"',
      'null',
      '[]',
      '{}',
      deep(1_000),
      deep(40_000),
      '{"$ref":"#"}',
      '[null]',
      '{"length":1}',
    ]
    const wrong = others.filter((json) => !types.some((type) => isOfType(json, type)))
    if (types.some((type) => type === 'object' || type === 'array'))
      throw new Error(`No request of the contract has held a nested ${name} so far: say here how one is broken`)
    const breakages = [replaced('type', name, fc.constantFrom(...wrong))]
    if (types.includes('string') && !property.enum) {
      const { maxLength = 0, minLength = 0, pattern } = property
      breakages.push(
        replaced(
          'too long',
          name,
          fc
            .tuple(fc.constantFrom('x', 'é', '👍', '\u0301'), fc.integer({ min: 1, max: 2_000 }))
            .map(([unit, more]) => JSON.stringify(unit.repeat(maxLength + more))),
        ),
      )
      if (minLength > 0) breakages.push(replaced('too short', name, fc.constant('""')))
      if (pattern?.includes('\\u0000') && property.format !== 'email')
        breakages.push(
          replaced(
            'NUL or lone surrogate',
            name,
            fc.constantFrom(
              '"a\\u0000b_______"',
              '"\\ud800abcdefgh"',
              '"abcdefgh\\udfff"',
              '"ab\\udc00\\ud800cdefgh"',
              '"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"',
            ),
          ),
        )
      if (pattern?.includes('[^\\s'))
        breakages.push(replaced('pattern', name, fc.constantFrom('"   "', '"\\u2003\\t\\n"', '"\\ufeff\\u00a0"', '"\\u3000\\u2028      "')))
    }
    if (property.enum) breakages.push(replaced('no such value', name, fc.constantFrom('"nobody knows"', '""', '" "')))
    if (types.includes('integer')) {
      const { minimum = 0, maximum = 0 } = property
      breakages.push(replaced('out of range', name, fc.constantFrom(`${minimum - 1}`, `${maximum + 1}`, '1e308', `${minimum}.5`)))
    }
    if (types.includes('boolean')) breakages.push(replaced('boolean as text', name, fc.constantFrom('"true"', '"false"', '1', '0')))
    return breakages
  })
  const required = (schema.required ?? []).map((name) =>
    refused(
      `without ${name}`,
      pointer(name),
      valid.map((fields) => JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name)))),
    ),
  )
  const strange = fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'a/b',
      'a~b',
      '~1',
      '%2f',
      'é👍',
      ' ',
      '[0]',
      'title ',
      'Title',
      'id',
      'user_id',
      'etag',
      '$where',
      'a.b',
      "'; drop table tasks; --",
    ),
    fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  )
  const unknown: Breakage = fc
    .tuple(valid, strange, fc.constantFrom('1', 'null', '{}', '"x"', deep(500)))
    .filter(([, name]) => !Object.hasOwn(schema.properties ?? {}, name))
    .map(([fields, name, json]) => ({
      what: 'unknown member',
      statuses: [422],
      place: { in: 'body', pointer: pointer(name) },
      request: { body: member(fields, name, json) },
    }))
  const notAnObject = refused('not an object', '', fc.constantFrom('[]', '"x"', '1', 'true', 'null', deep(40_000), '[{}]', '""', '1e400'))
  const unreadable: Breakage = valid.chain((fields) => {
    const text = JSON.stringify(fields)
    return fc
      .constantFrom(
        text.slice(0, -1),
        `${text}}`,
        `${text} ${text}`,
        text.replace('{', '{,'),
        text.replace(/.$/, ',}'),
        '{"a":NaN}',
        '{"a":01}',
        "{'a':1}",
        '{"a":"\n"}',
        '{"a":"\\x"}',
        `\u0000${text}`,
        '{"a":',
        '"',
        '{"a":1',
        '[',
        'undefined',
        '{"a":1e}',
        '// {}\n{}',
      )
      .map((body) => ({
        what: 'malformed JSON',
        statuses: [400],
        request: { body },
      }))
  })
  const encodings: Breakage = valid.chain((fields) => {
    const text = JSON.stringify({ ...fields, é: 'é' })
    const type = operation.accepts[0] ?? ''
    const cases: [body: Buffer, headers: [string, string][], statuses: number[]][] = [
      [Buffer.from(text, 'latin1'), [], [400]],
      [Buffer.from(text, 'utf16le'), [], [400]],
      [Buffer.from(text, 'utf16le'), [['content-type', `${type}; charset=utf-16`]], [415]],
      [Buffer.from(text, 'latin1'), [['content-type', `${type}; charset=iso-8859-1`]], [415]],
      [Buffer.from(text), [['content-encoding', 'gzip']], [400]],
      [Buffer.from(text), [['content-encoding', 'br']], [400]],
      [Buffer.from(text), [['content-encoding', 'zstd, gzip']], [415]],
      [Buffer.from(text), [['content-type', 'application/xml']], [415]],
      [Buffer.from(text), [['content-type', 'x'.repeat(300)]], [415]],
      [Buffer.concat([Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(text)]), [], [400]],
    ]
    return fc.constantFrom(...cases).map(([body, headers, statuses]) => ({ what: 'encoding', statuses, request: { body, headers } }))
  })
  const missing: Breakage[] = operation.bodyRequired
    ? [
        fc
          .constantFrom<[string, string][]>([['content-type', operation.accepts[0] ?? '']], [])
          .map((headers) => ({ what: 'no body', statuses: [422], place: { in: 'body', pointer: '' }, request: { headers, body: '' } })),
      ]
    : []
  return [...perMember, ...required, ...missing, unknown, notAnObject, unreadable, encodings]
}

function isOfType(json: string, type: string): boolean {
  const value: unknown = JSON.parse(json)
  if (type === 'null') return value === null
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (type === 'array') return Array.isArray(value)
  return typeof value === (type === 'integer' ? 'number' : type)
}

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
/** JSON as text, so that it may be what JSON.stringify never writes. */
const member = (fields: Record<string, unknown>, name: string, json: string) =>
  `{${[
    ...Object.entries(fields)
      .filter(([each]) => each !== name)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
    `${JSON.stringify(name)}:${json}`,
  ].join(',')}}`
