import fc from 'fast-check'
import type { Operation } from '../../server/contract/document.ts'
import { type Breakage, pointer } from './breakage.ts'
import { bodySchema, type Schema, typesOf } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

/** Bodies that break an operation's schema in one place, or cannot be read. */
export function brokenBodies(operation: Operation): Breakage[] {
  const schema = bodySchema(operation)
  if (!schema) return []
  const valid = validValues(schema) as fc.Arbitrary<Record<string, unknown>>
  const refused = brokenValues(schema).map(
    ({ what, at, json }): Breakage =>
      json.map((text) => ({
        what,
        statuses: [422],
        place: { in: 'body', pointer: at },
        request: { body: text },
      })),
  )
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
    return fc.constantFrom(...cases).map(([body, headers, statuses]) => ({
      what: 'encoding',
      statuses,
      request: { body, headers },
    }))
  })
  const missing: Breakage[] = operation.bodyRequired
    ? [
        fc
          .constantFrom<[string, string][]>([['content-type', operation.accepts[0] ?? '']], [])
          .map((headers) => ({
            what: 'no body',
            statuses: [422],
            place: { in: 'body', pointer: '' },
            request: { headers, body: '' },
          })),
      ]
    : []
  return [...refused, ...missing, unreadable, encodings]
}

const WRONG_TYPES = [
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

/** What a narrow format or pattern refuses, though it looks like it. */
const NEAR: [schema: (schema: Schema) => boolean | undefined, texts: string[]][] = [
  [
    ({ format }) => format === 'date',
    [
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      '26-01-01',
      '0999-12-31',
      '2026-12-01T00:00:00Z',
      ' 2026-12-01',
      '２０２６-12-01',
      'today',
      '',
    ],
  ],
  [
    ({ format }) => format === 'time-zone',
    [
      'Mars/Olympus',
      '+02:00',
      'Europe/',
      'Europe/Berlin ',
      'Europe//Berlin',
      '../etc/passwd',
      'constructor',
      '',
    ],
  ],
  [
    ({ format }) => format === 'recurrence-rule',
    [
      'DAILY',
      'FREQ=HOURLY',
      'freq=daily',
      'FREQ=DAILY;',
      'FREQ=DAILY;COUNT=0',
      'FREQ=DAILY;COUNT=1;UNTIL=20270101',
      'FREQ=WEEKLY;BYDAY=XX',
      'FREQ=MONTHLY;BYMONTHDAY=32',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'RRULE:FREQ=DAILY',
      '',
    ],
  ],
  [
    ({ format }) => format === 'uuid',
    [
      '0199C2F0-0000-7000-8000-000000000000',
      '0199c2f0000070008000000000000000',
      '{0199c2f0-0000-7000-8000-000000000000}',
      'null',
      '',
    ],
  ],
  [
    ({ pattern }) => pattern?.includes(':[0-5]'),
    ['24:00', '12:60', '1:00', '12:00:00', '12.00', ' 12:00', '12:00Z', '-1:00', 'noon', ''],
  ],
]

interface BrokenValue {
  what: string
  /** Where in the value, as a JSON Pointer. */
  at: string
  json: fc.Arbitrary<string>
}

const STRANGE_NAMES = [
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
]

/**
 * Objects that break their schema in one place: a member broken, missing, unknown, or too few or
 * too many.
 */
function brokenObjects(schema: Schema): BrokenValue[] {
  const valid = validValues({ ...schema, type: 'object' }) as fc.Arbitrary<Record<string, unknown>>
  const properties = Object.entries(schema.properties ?? {})
  const { required = [], minProperties = 0, maxProperties = properties.length } = schema
  const members = properties.flatMap(([name, property]) =>
    brokenValues(property).map(({ what, at, json }) => ({
      what,
      at: `${pointer(name)}${at}`,
      json: fc.tuple(valid, json).map(([fields, text]) => member(fields, name, text)),
    })),
  )
  const missing = required.map((name) => ({
    what: `without ${name}`,
    at: pointer(name),
    json: valid.map((fields) =>
      JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name))),
    ),
  }))
  const strange = fc.oneof(
    fc.constantFrom(...STRANGE_NAMES),
    fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  )
  // One at a time, so that each is looked for where it was put.
  const unknown = fc
    .sample(strange, 30)
    .filter((name) => !Object.hasOwn(schema.properties ?? {}, name))
    .map((name) => ({
      what: 'unknown member',
      at: pointer(name),
      json: fc
        .tuple(valid, fc.constantFrom('1', 'null', '{}', '"x"', deep(500)))
        .map(([fields, json]) => member(fields, name, json)),
    }))
  const all = fc.record(
    Object.fromEntries(properties.map(([name, property]) => [name, validValues(property)])),
  )
  const counts = [
    ...(minProperties > 0 ? [fc.constant('{}')] : []),
    ...(maxProperties < properties.length ? [all.map((each) => JSON.stringify(each))] : []),
  ].map((json) => ({ what: 'too few or too many members', at: '', json }))
  return [...members, ...missing, ...unknown, ...counts]
}

/** Values that break a schema in one place. */
function brokenValues(schema: Schema): BrokenValue[] {
  if (schema.oneOf) return schema.oneOf.flatMap(brokenValues)
  // What breaks the first may fit another one.
  if (schema.anyOf) return []
  const types = typesOf(schema)
  const broken = (what: string, json: fc.Arbitrary<string>): BrokenValue => ({ what, at: '', json })
  const breakages = [
    broken(
      'type',
      fc.constantFrom(...WRONG_TYPES.filter((json) => !types.some((type) => isOfType(json, type)))),
    ),
  ]
  if (types.includes('object')) breakages.push(...brokenObjects(schema))
  if (types.includes('array')) {
    const { items = {}, maxItems = 0, uniqueItems } = schema
    // Made once: it takes long where an item may be of many kinds.
    const valid = validValues(items)
    const item = valid.map((value) => JSON.stringify(value)).filter((json) => json.length < 500)
    const others = uniqueItems
      ? fc.uniqueArray(item, { minLength: maxItems + 1, maxLength: maxItems + 3 })
      : item.map((json) => Array(maxItems + 1).fill(json))
    breakages.push(
      broken(
        'too many items',
        others.map((list) => `[${list}]`),
      ),
    )
    if (uniqueItems)
      breakages.push(
        broken(
          'an item twice',
          valid.map((item) => JSON.stringify([item, item])),
        ),
      )
    const nested = brokenValues(items).map(({ what, at, json }) => ({
      what: `${what} of an item`,
      at: `/1${at}`,
      json: fc.tuple(valid, json).map(([good, text]) => `[${JSON.stringify(good)},${text}]`),
    }))
    breakages.push(...nested)
  }
  if (types.includes('string') && !schema.enum) {
    const { maxLength = 0, minLength = 0, pattern, format } = schema
    const longer = fc.tuple(
      fc.constantFrom('x', 'é', '👍', '\u0301'),
      fc.integer({ min: 1, max: 2_000 }),
    )
    breakages.push(
      broken(
        'too long',
        longer.map(([unit, more]) => JSON.stringify(unit.repeat(maxLength + more))),
      ),
    )
    if (minLength > 0) breakages.push(broken('too short', fc.constant('""')))
    if (pattern?.includes('\\u0000') && format !== 'email')
      breakages.push(broken('NUL or lone surrogate', fc.constantFrom(...BAD_CHARACTERS)))
    if (pattern?.includes('[^\\s'))
      breakages.push(
        broken(
          'pattern',
          fc.constantFrom('"   "', '"\\u2003\\t\\n"', '"\\ufeff\\u00a0"', '"\\u3000\\u2028      "'),
        ),
      )
    for (const [is, texts] of NEAR)
      if (is(schema))
        breakages.push(
          broken('nearly', fc.constantFrom(...texts.map((text) => JSON.stringify(text)))),
        )
  }
  if (schema.enum)
    breakages.push(broken('no such value', fc.constantFrom('"unknown"', '""', '" "')))
  if (types.includes('integer')) {
    const { minimum = 0, maximum = 0 } = schema
    breakages.push(
      broken(
        'out of range',
        fc.constantFrom(`${minimum - 1}`, `${maximum + 1}`, '1e308', `${minimum}.5`),
      ),
    )
  }
  if (types.includes('boolean'))
    breakages.push(broken('boolean as text', fc.constantFrom('"true"', '"false"', '1', '0')))
  return breakages
}

const BAD_CHARACTERS = [
  '"a\\u0000b_______"',
  '"\\ud800abcdefgh"',
  '"abcdefgh\\udfff"',
  '"ab\\udc00\\ud800cdefgh"',
  '"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"',
]

function isOfType(json: string, type: string): boolean {
  const value: unknown = JSON.parse(json)
  if (type === 'null') return value === null
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (type === 'array') return Array.isArray(value)
  return typeof value === (type === 'integer' ? 'number' : type)
}

function deep(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

/** JSON as text, so that it may be what JSON.stringify never writes. */
const member = (fields: Record<string, unknown>, name: string, json: string) =>
  `{${[
    ...Object.entries(fields)
      .filter(([each]) => each !== name)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
    `${JSON.stringify(name)}:${json}`,
  ].join(',')}}`
