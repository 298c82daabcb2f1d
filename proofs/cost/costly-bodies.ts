import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Operation } from '../../server/contract/document.ts'
import { exampleBodies } from '../requests/example-request.ts'
import { bodySchema, type Schema, typesOf } from '../requests/request-schemas.ts'

export interface CostlyBody {
  what: string
  type: string
  bytes: Buffer
  coding?: 'br' | 'gzip'
}

/** A piece of text again and again, between a beginning and an end, in so many bytes. */
function filled(size: number, piece: string, begin = '', end = ''): string {
  const times = Math.floor((size - begin.length - end.length - 2) / piece.length)
  return `${begin}${piece.repeat(Math.max(0, times))}${end}`
}
const list = (size: number, item: string, begin = '[', end = ']') =>
  filled(size, `${item},`, begin, `${item}${end}`)

/** A body of one long text: what a request of this size costs in any case. */
export const plainBody = (size: number, type: string): Buffer =>
  Buffer.from(
    type === 'text/csv' ? filled(size, 'x', 'title\n"', '"') : filled(size, 'x', '{"x":"', '"}'),
  )

/**
 * Bodies at the limit of an operation, filled with what takes long to parse, to check or to refuse.
 */
export function costlyBodies(operation: Operation): CostlyBody[] {
  return operation.accepts.flatMap((type) =>
    type === 'text/csv' ? csvBodies(operation.bodyLimit) : jsonBodies(operation, type),
  )
}

function jsonBodies(operation: Operation, type: string): CostlyBody[] {
  const size = operation.bodyLimit
  const schema = bodySchema(operation) ?? {}
  const [example] = exampleBodies(operation).filter((each) => each.type === type)
  const texts: [what: string, text: string][] = [
    ['a list of numbers', list(size, '1')],
    ['nested lists', `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`],
    ['nested objects', filled(size, '{"a":', '', '1')],
    ['members of all names', members(size)],
    ['one member, again and again', list(size, '"title":1', '{', '}')],
    ['escapes', filled(size, '\\u0000', '{"title":"', '"}')],
    ['blanks', filled(size, ' ', '{"title":"x"', '}')],
    ['a number of many digits', filled(size, '9', '{"title":', '}')],
  ]
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const begin = `{"${name}":[`
    if (typesOf(member).includes('array')) {
      const items = (example?.value as Record<string, unknown[]> | undefined)?.[name] ?? []
      const right = JSON.stringify(items[0] ?? 'x')
      const wrong = itemsOf(member.items ?? {})
      for (const item of ['1', '{}', '[]', 'null', '""', right, ...wrong])
        texts.push([`${name} full of ${item.slice(0, 40)}`, list(size, item, begin, ']}')])
      texts.push([
        `${name}, each with members of all names`,
        list(size, members(2_000), begin, ']}'),
      ])
    }
    if (typesOf(member).includes('string'))
      for (const piece of ['x', '\\ud83d\\ude00', ' ', 'a@', '-1'])
        texts.push([`${name} full of ${piece}`, filled(size, piece, `{"${name}":"`, '"}')])
  }
  return texts.flatMap(([what, text]) => inAllCodings(what, type, Buffer.from(text)))
}

/** Items with every member wrong, and with one that should be a list as a long one. */
function itemsOf(schema: Schema): string[] {
  const objects = [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].filter(
    (each) => each.properties,
  )
  return objects.map(({ properties = {} }) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, wrongOf(member)]),
      ),
    ),
  )
}

function wrongOf(schema: Schema): unknown {
  if (schema.enum?.length === 1) return schema.enum[0]
  if (typesOf(schema).includes('array')) return Array(30).fill(0)
  return typesOf(schema).includes('string') ? {} : 'x'
}

function members(size: number): string {
  let text = '{'
  for (let index = 0; text.length < size - 20; index += 1) text += `"${index.toString(36)}":0,`
  return `${text}"":0}`
}

function csvBodies(size: number): CostlyBody[] {
  const texts: [what: string, text: string][] = [
    ['a line of commas', filled(size, ',')],
    ['lines of commas', filled(size, `${','.repeat(2_400)}\n`, 'title\n')],
    ['line breaks', filled(size, '\n')],
    ['quotation marks', filled(size, '"')],
    ['quoted quotation marks', filled(size, '""', 'title\n"', '"')],
    ['rows of one letter', filled(size, 'x\n', 'title\n')],
    ['rows of many labels', filled(size, `x,"${'a,'.repeat(24_000)}"\n`, 'title,labels\n')],
    ['rows of labels as JSON', filled(size, `x,"[${'1,'.repeat(24_000)}1]"\n`, 'title,labels\n')],
    ['rows as long as can be', filled(size, `${'x'.repeat(49_000)}\n`, 'title\n')],
    ['names of columns', filled(size, 'title,', '', '\nx')],
    ['semicolons and tabs', filled(size, ';\t', 'title\n')],
  ]
  return texts.flatMap(([what, text]) => inAllCodings(what, 'text/csv', Buffer.from(text)))
}

function inAllCodings(what: string, type: string, bytes: Buffer): CostlyBody[] {
  return [
    { what, type, bytes },
    { what: `${what}, as brotli`, type, bytes: brotliCompressSync(bytes), coding: 'br' },
    { what: `${what}, as gzip`, type, bytes: gzipSync(bytes), coding: 'gzip' },
  ]
}

/** Query strings and headers near the 16 kB that are read. */
export function costlyTargets(
  operation: Operation,
  path: string,
): { what: string; path: string; headers: [string, string][] }[] {
  const size = 12_000
  const queries: [what: string, query: string][] = [
    [
      'parameters of all names',
      Array.from({ length: 1_500 }, (_, index) => `a${index}=1`).join('&'),
    ],
    ['one parameter, again and again', filled(size, 'x=1&')],
    ['ampersands', filled(size, '&')],
    ['percent signs', filled(size, '%')],
    ['brackets', filled(size, '[]=1&')],
    [
      'names in brackets',
      Array.from({ length: 1_500 }, (_, index) => `a[${index.toString(36)}z]`).join('&'),
    ],
  ]
  for (const name of operation.queryParameters) {
    queries.push([`${name} again and again`, filled(size, `${name}=a&`)])
    for (const piece of ['a', '%20', '%F0%9F%98%80', 'a%20'])
      queries.push([`${name} full of ${piece}`, filled(size, piece, `${name}=`)])
  }
  const headers: [what: string, name: string, value: string][] = operation.headerParameters.flatMap(
    (name) =>
      ['a', '"a",', ' ', '*'].map((piece): [string, string, string] => [
        `${name} full of ${piece}`,
        name,
        filled(size, piece, 'x'),
      ]),
  )
  for (const piece of [',', 'a/b,', ';q=1', 'a/b;q=0.1,', '"'])
    for (const name of [
      'accept',
      'accept-encoding',
      'traceparent',
      'cookie',
      'x-forwarded-for',
      'authorization',
    ])
      headers.push([`${name} full of ${piece}`, name, filled(size, piece, 'a')])
  return [
    ...queries.map(([what, query]) => ({
      what,
      path: `${path}?${query}`,
      headers: [] as [string, string][],
    })),
    ...headers.map(([what, name, value]) => ({
      what,
      path,
      headers: [[name, value]] as [string, string][],
    })),
  ]
}
