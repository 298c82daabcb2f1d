import fc from 'fast-check'
import { contract, type Operation, resolve } from '../server/contract/document.ts'
import type { Person } from '../server/testing/person.ts'
import { credentials, exampleBodies } from './example-request.ts'
import type { Outgoing } from './exchange.ts'
import { type Schema, typesOf, validValues } from './valid-values.ts'

/** A request that breaks the contract in one place, and what must be said of it. */
export interface Broken {
  what: string
  request: Outgoing
  /** Statuses that are right; the first is the usual one. */
  statuses: number[]
  /** The broken place, where the status has one. */
  place?: { in: string; pointer: string }
}

interface Parameter {
  name: string
  in: string
  schema: Schema
}
interface OperationObject {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

export function parametersOf({ template, method }: Operation): Parameter[] {
  const item = contract.paths[template] as Record<string, OperationObject> & { parameters?: Parameter[] }
  return [...(item.parameters ?? []), ...(item[method.toLowerCase()]?.parameters ?? [])].map((parameter) => resolve<Parameter>(parameter))
}

/** The schema of the request body; undefined where none is taken. */
export function bodySchema({ template, method }: Operation): Schema | undefined {
  const content = (contract.paths[template] as Record<string, OperationObject>)[method.toLowerCase()]?.requestBody?.content
  const [media] = Object.values(content ?? {})
  return media && resolve<Schema>(media.schema as Schema & { $ref?: string })
}

type Who = Pick<Person, 'id' | 'token' | 'sessionToken'>
const pointer = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
/** JSON as text, so that it may be what JSON.stringify never writes. */
const member = (fields: Record<string, unknown>, name: string, json: string) =>
  `{${[
    ...Object.entries(fields)
      .filter(([each]) => each !== name)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`),
    `${JSON.stringify(name)}:${json}`,
  ].join(',')}}`

/** Requests to this operation that break it in one place each. */
export function brokenRequests(operation: Operation, who: Who, taskId: string): fc.Arbitrary<Broken> {
  return fc
    .oneof(...[inBody(operation), inQuery(operation), inPath(operation, taskId), inHeaders(operation)].flatMap((choice) => choice ?? []))
    .map(({ request = {}, ...broken }) => {
      const [example] = exampleBodies(operation)
      const body = request.body ?? (operation.bodyRequired && example ? JSON.stringify(example.value) : undefined)
      const type: [string, string][] =
        body !== undefined && !request.headers?.some(([name]) => name === 'content-type') ? [['content-type', operation.accepts[0] ?? 'application/json']] : []
      const path = (request.path ?? operation.template).replace('{user_id}', who.id).replace('{task_id}', taskId)
      return {
        ...broken,
        request: {
          method: operation.method,
          path,
          headers: [...credentials(operation, who), ...type, ...(request.headers ?? [])],
          ...(body === undefined ? {} : { body }),
        },
      }
    })
}

type Breakage = fc.Arbitrary<Omit<Broken, 'request'> & { request?: Partial<Outgoing> }>

function inBody(operation: Operation): Breakage[] {
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

function inQuery(operation: Operation): Breakage[] {
  const known = parametersOf(operation).filter((parameter) => parameter.in === 'query')
  const broken = (what: string, name: string, query: string) => ({
    what,
    statuses: [400],
    place: { in: 'query', pointer: pointer(name) },
    request: { path: `${operation.template}?${query}` },
  })
  const unknown: Breakage = fc
    .oneof(
      fc.constantFrom('x', 'Limit', '__proto__', 'constructor', 'a/b', 'a~b', 'limit[]', '[limit]', 'limit[0]', 'cursor[a][b]', '[]', 'é'),
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    )
    .filter((name) => !known.some((parameter) => parameter.name === name))
    .map((name) => broken('unknown parameter', name, `${encodeURIComponent(name)}=1`))
  return [
    unknown,
    ...known.flatMap(({ name, schema }): Breakage[] => {
      const types = typesOf(schema)
      const values: string[] = types.includes('integer')
        ? [
            '',
            '0',
            '-1',
            '201',
            '1e1',
            '0x10',
            '1.5',
            '01',
            '%201',
            '1%20',
            '1%00',
            'Infinity',
            'NaN',
            '9'.repeat(30),
            'null',
            '%F0%9F%91%8D',
            '+1',
            'true',
            '%E0%A5%A7',
          ]
        : types.includes('boolean')
          ? ['', 'yes', '1', 'TRUE', '%00', 'null']
          : ['', '%00', 'a%00b', 'x'.repeat(500), '%20', "'", '%27%20or%201=1', '%ED%A0%80', '%zz', '%', '%c0%ae', '%0d%0aSet-Cookie:x']
      return [
        fc.constantFrom(...values).map((value) => broken(`${name}=${value.slice(0, 20)}`, name, `${name}=${value}`)),
        fc.constantFrom(2, 3, 100).map((times) =>
          broken(
            'the same parameter twice',
            name,
            Array(times)
              .fill(`${name}=${types.includes('integer') ? 5 : types.includes('boolean') ? 'true' : 'abc'}`)
              .join('&'),
          ),
        ),
      ]
    }),
  ]
}

/** Path segments that are no task id, whatever they decode to. */
const SEGMENTS = [
  'x',
  '0',
  '.',
  '..',
  '%2e',
  '%2e%2e',
  '%2E%2e',
  '%252e%252e',
  '%00',
  '%2500',
  '%',
  '%zz',
  '%c0%ae',
  '%ED%A0%80',
  '%2f',
  '%5c',
  '%0d%0a',
  ';a=b',
  'null',
  '*',
  "'",
  '%27--',
  '%F0%9F%91%8D',
  'x'.repeat(7_000),
  '%61'.repeat(2_000),
  '~',
  '$&',
  '%7Btask_id%7D',
  ':id',
  '__proto__',
  'constructor',
]

function inPath(operation: Operation, taskId: string): Breakage[] {
  if (!operation.template.includes('{task_id}')) return []
  const segments = fc.oneof(
    fc.constantFrom(
      ...SEGMENTS,
      taskId.toUpperCase(),
      `${taskId}%00`,
      `${taskId}%20`,
      `%20${taskId}`,
      `${taskId};x`,
      taskId.slice(0, -1),
      `${taskId}0`,
      `{${taskId}}`,
      `urn:uuid:${taskId}`,
      taskId.replaceAll('-', ''),
    ),
    fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).map(encodeURIComponent),
  )
  return [
    segments
      .filter((segment) => segment !== '' && segment !== 'complete')
      .map((segment) => ({
        what: `task_id ${segment.slice(0, 30)}`,
        statuses: [400],
        place: { in: 'path', pointer: '/task_id' },
        request: { path: operation.template.replace('{task_id}', () => segment) },
      })),
  ]
}

function inHeaders(operation: Operation): Breakage[] {
  return parametersOf(operation)
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) =>
      fc
        .constantFrom(
          'x',
          '"',
          '"a',
          'a"',
          '""x',
          'W/"a',
          "'1'",
          '"1" "2"',
          '"1",',
          ',',
          '"a\tb"',
          '"é"',
          '"1"; x',
          '* ',
          '**',
          '"x",*',
          `"${'x'.repeat(1_000)}"`,
          '"1",'.repeat(400),
        )
        .filter((value) => value.trim() !== '*')
        .map((value) => ({
          what: `${name}: ${value.slice(0, 20)}`,
          statuses: [400],
          place: { in: 'header', pointer: pointer(name.toLowerCase()) },
          request: { headers: [[name, value]] as [string, string][] },
        })),
    )
}
