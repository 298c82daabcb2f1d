import fc from 'fast-check'
import type { Operation } from '../../server/contract/document.ts'
import { isDecodable } from '../../server/http/request/normalise.ts'
import { type Breakage, pointer } from './breakage.ts'
import { fits } from './contract-schemas.ts'
import { parametersOf, type Schema, typesOf } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

const FOR_INTEGERS = [
  '',
  ...'-1 1e1 0x10 1.5 01 %201 1%20 1%00 Infinity NaN null +1 true %F0%9F%91%8D %E0%A5%A7'.split(
    ' ',
  ),
  '9'.repeat(30),
]
const FOR_BOOLEANS = ['', ...'yes 1 TRUE %00 null'.split(' ')]
const FOR_STRINGS = [
  '',
  ...`%00 a%00b %20 ' %27%20or%201=1 %ED%A0%80 %zz % %c0%ae %0d%0aSet-Cookie:x`.split(' '),
  ...'none,low 2026-02-30 2026-11-21T24:00:00Z 2026-11-21T24:30:00Z Mars/Olympus'.split(' '),
  'x'.repeat(500),
]
const FOR_SEGMENTS = [
  ...'x 0 . .. %2e %2e%2e %2E%2e %252e%252e %00 %2500 % %zz %c0%ae %ED%A0%80'.split(' '),
  ...`%2f %5c %0d%0a ;a=b null * ' %27-- ~ $& :id __proto__ constructor`.split(' '),
  ...'%F0%9F%91%8D %7Btask_id%7D'.split(' '),
  'x'.repeat(7_000),
  '%61'.repeat(2_000),
]
const FOR_HEADERS = [
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
]

/** Leaves out what a schema takes after all: another parameter may have a wider one. */
const unfit = (schema: Schema, values: string[]) =>
  values.filter((value) => !fits(schema, decoded(value).trim()))

function brokenTexts(schema: Schema): string[] {
  const { minimum = 0, maximum = 0 } = schema
  const types = typesOf(schema)
  if (types.includes('integer')) return [...FOR_INTEGERS, String(minimum - 1), String(maximum + 1)]
  return types.includes('boolean') ? FOR_BOOLEANS : unfit(schema, FOR_STRINGS)
}

export function brokenQueries(operation: Operation): Breakage[] {
  const known = parametersOf(operation).filter((parameter) => parameter.in === 'query')
  const broken = (what: string, name: string, query: string) => ({
    what,
    statuses: [400],
    place: { in: 'query', pointer: pointer(name) },
    request: { path: `${operation.template}?${query}` },
  })
  const strange = [
    'x',
    'Limit',
    '__proto__',
    'constructor',
    'a/b',
    'a~b',
    'limit[]',
    '[limit]',
    'limit[0]',
    'cursor[a][b]',
    '[]',
    'é',
  ]
  const unknown: Breakage = fc
    .oneof(
      fc.constantFrom(...strange),
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    )
    .filter((name) => !known.some((parameter) => parameter.name === name))
    .map((name) => broken('unknown parameter', name, `${encodeURIComponent(name)}=1`))
  const perParameter = known.flatMap(({ name, schema }): Breakage[] => {
    const { items, maxItems = 0 } = schema
    const refused = ([what, query]: [what: string, query: string], at = '') => {
      const { place, ...rest } = broken(what, name, query)
      return { ...rest, place: { ...place, pointer: `${place.pointer}${at}` } }
    }
    const good = encodeURIComponent(
      String(fc.sample(validValues(items ?? schema), { numRuns: 1, seed: 1 })[0]),
    )
    const times = (count: number) => Array(count).fill(`${name}=${good}`).join('&')
    if (!items)
      return [
        fc
          .constantFrom(...brokenTexts(schema))
          .map((value) => refused([`${name}=${value.slice(0, 20)}`, `${name}=${value}`])),
        fc
          .constantFrom(2, 3, 100)
          .map((count) => refused(['the same parameter twice', times(count)])),
      ]
    const many = fc.uniqueArray(validValues(items).map(String), {
      minLength: maxItems + 1,
      maxLength: maxItems + 1,
    })
    // What is blank or cannot be decoded is refused as the parameter, before anybody looks at its
    // values.
    const values = brokenTexts(items).map((value) => ({
      value,
      at: value === '' || !isDecodable(value) ? '' : '/0',
    }))
    return [
      fc
        .constantFrom(...values)
        .map(({ value, at }) => refused([`${name}=${value.slice(0, 20)}`, `${name}=${value}`], at)),
      fc.constantFrom(2, 3, 100).map((count) => refused(['the same value twice', times(count)])),
      ...(items.enum
        ? []
        : [
            many.map((values) =>
              refused([
                'too many values',
                values.map((value) => `${name}=${encodeURIComponent(value)}`).join('&'),
              ]),
            ),
          ]),
    ]
  })
  return [unknown, ...perParameter]
}

/** Ids and names that are none, whatever they decode to. */
export function brokenPaths(operation: Operation, taskId: string): Breakage[] {
  const parameter = parametersOf(operation).find(
    ({ name, in: part }) => part === 'path' && name !== 'user_id',
  )
  if (!parameter) return []
  const near = [
    taskId.toUpperCase(),
    `${taskId}%00`,
    `${taskId}%2e`,
    `${taskId};x`,
    taskId.slice(0, -1),
    `${taskId}0`,
    `{${taskId}}`,
    `urn:uuid:${taskId}`,
    taskId.replaceAll('-', ''),
  ]
  const segments = fc.oneof(
    fc.constantFrom(...unfit(parameter.schema, [...FOR_SEGMENTS, ...near])),
    fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .map(encodeURIComponent)
      .filter((segment) => segment !== 'complete' && !fits(parameter.schema, decoded(segment))),
  )
  return [
    segments.map((segment) => ({
      what: `${parameter.name} ${segment.slice(0, 30)}`,
      statuses: [400],
      place: { in: 'path', pointer: `/${parameter.name}` },
      request: { path: operation.template.replace(`{${parameter.name}}`, () => segment) },
    })),
  ]
}

export function brokenHeaders(operation: Operation): Breakage[] {
  return parametersOf(operation)
    .filter((parameter) => parameter.in === 'header')
    .map(({ name, schema }) =>
      fc.constantFrom(...unfit(schema, FOR_HEADERS)).map((value) => ({
        what: `${name}: ${value.slice(0, 20)}`,
        statuses: [400],
        place: { in: 'header', pointer: pointer(name.toLowerCase()) },
        request: { headers: [[name, value]] as [string, string][] },
      })),
    )
}

function decoded(value: string): string {
  return isDecodable(value) ? decodeURIComponent(value) : '\u0000'
}
