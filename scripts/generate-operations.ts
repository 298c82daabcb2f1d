// Part of `npm run generate`: what the SDK knows of each operation, sdk/operations.gen.ts at run
// time, sdk/calls.gen.ts as types. With --check it fails when a file is not what the contract
// makes.
import { readFileSync, writeFileSync } from 'node:fs'
import {
  contract,
  contractOperations,
  type Operation,
  type ResponseObject,
  resolve,
  type SchemaObject,
} from '../server/contract/document.ts'
import { samples } from './samples.ts'

const HEAD = '/** Made from the contract by `npm run generate`. */\n'

/**
 * One string an operation, since the package counts its bytes: method, path, what is special about
 * it, and its responses that are no problem.
 */
function facts({
  id,
  method,
  template,
  accepts,
  access,
  headerParameters,
  responses,
}: Operation): string {
  const words = [
    method.toLowerCase(),
    template,
    ...(accepts[0] === 'application/merge-patch+json' ? ['patch'] : []),
    ...(headerParameters.includes('Idempotency-Key') ? ['keyed'] : []),
    ...(headerParameters.includes('If-Match') ? ['conditional'] : []),
    ...(access === 'session' ? ['session'] : []),
    ...Object.entries(responses).flatMap(([status, response]) =>
      status < '300' ? success(status, response) : [],
    ),
  ]
  return `  ${id}: '${words.join(' ')}',\n`
}

/**
 * Status, media type, and the shape or the end of a whole body: `200:application/json=Task`,
 * `200:text/csv=/\r\n$`, `204:`.
 */
function success(status: string, { content = {} }: ResponseObject): string {
  const [type = '', { schema } = { schema: {} }] = Object.entries(content)[0] ?? []
  if (type === '') return `${status}:`
  if (type.endsWith('json')) return `${status}:${type}=${shapeOf(schema, '')}`
  const { pattern = '' } = resolve<SchemaObject>(schema)
  return `${status}:${type}=/${pattern.replaceAll('\\', '\\\\')}`
}

const LETTERS = new Map<string | undefined, string>([
  ['string', 's'],
  ['boolean', 'b'],
  ['integer', 'n'],
  ['number', 'n'],
])

/** Name of an object -> its required members and their shapes. */
const shapes = new Map<string, string>()

/**
 * The shape of a schema as `sdk/recognise.ts` reads it. What is no object keeps only its type;
 * `name`: what an object without one is called.
 */
function shapeOf(schema: SchemaObject, name: string): string {
  const { $ref, oneOf, type } = schema
  if (oneOf) {
    const [only, ...others] = oneOf.filter((each) => each.type !== 'null')
    if (!only || others.length > 0)
      throw new Error(`${name}: the SDK knows no shape of several kinds`)
    return `${shapeOf(only, name)}?`
  }
  if ($ref)
    return shapeOf(
      contract.components.schemas[$ref.split('/').at(-1) as string] as SchemaObject,
      $ref.split('/').at(-1) as string,
    )
  const types = [type].flat()
  const end = types.includes('null') ? '?' : ''
  const [kind] = types.filter((each) => each !== 'null')
  if (kind === 'array') {
    const items = shapeOf(schema.items ?? {}, `${name}_item`)
    return `[${items}]${schema.minItems ? '+' : ''}${end}`
  }
  if (kind !== 'object') return `${LETTERS.get(kind)}${end}`
  if (!shapes.has(name)) {
    shapes.set(name, '')
    const members = (schema.required ?? []).map(
      (member) =>
        `${member}:${shapeOf(schema.properties?.[member] as SchemaObject, `${name}_${member}`)}`,
    )
    shapes.set(name, members.join(' '))
  }
  return `${name}${end}`
}

function method({ id, summary, method, template }: Operation): string {
  const example = samples.get(id)?.typescript.replaceAll('\n', '\n   * ')
  return `  /**
   * ${summary}: \`${method} ${template}\`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * ${example}
   */
  ${id}(...parameters: Arguments<'${id}'>): Promise<Output<'${id}'>>
`
}

const operations = contractOperations.map(facts).join('')
const shapeLines = [...shapes].map(([name, members]) => `  ${name}: '${members}',\n`).join('')

const files = {
  'sdk/operations.gen.ts':
    `${HEAD}export const OPERATIONS = ` +
    `{\n${operations}} as const\n\nexport const SHAPES = {\n${shapeLines}} as const\n`,
  'sdk/calls.gen.ts':
    `${HEAD}import type { Arguments, Output, Result } from './operation-types.ts'

export interface Calls {
${contractOperations.map(method).join('')}}

export type Results = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => ` +
    `Promise<Result<Output<Op>>> }
export type Raws = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => Promise<Response> }
`,
}

for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${file} is not what openapi.yaml makes; run npm run generate.\n`)
    process.exit(1)
  }
}
