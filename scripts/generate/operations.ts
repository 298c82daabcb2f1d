// Part of `npm run generate`: what the SDK knows of each operation, sdk/operations.gen.ts at run
// time, sdk/calls.gen.ts as types. With --check it fails when a file is not what the contract
// makes.
import { readFileSync, writeFileSync } from 'node:fs'
import {
  contractOperations,
  type Operation,
  type ResponseObject,
  resolve,
  type SchemaObject,
} from '../../server/contract/document.ts'
import { samples } from './samples.ts'

const TYPES = `'./operation-types.ts'`
const HEAD = '/** Made from the contract by `npm run generate`. */\n'

/** What the SDK has to know of an operation: `Facts` in sdk/operation-types.ts. */
function facts(operation: Operation): string {
  const { id, method, template, accepts, access, headerParameters, responses } = operation
  const known = {
    method: method.toLowerCase(),
    path: template,
    ...(accepts[0] === 'application/merge-patch+json' ? { isPatch: true } : {}),
    ...(headerParameters.includes('Idempotency-Key') ? { isKeyed: true } : {}),
    ...(headerParameters.includes('If-Match') ? { isConditional: true } : {}),
    ...(access === 'session' ? { needsSession: true } : {}),
    responses: Object.fromEntries(
      Object.entries(responses).flatMap(([status, response]) =>
        status < '300' ? [[status, success(response)]] : [],
      ),
    ),
  }
  return `  ${id}: ${literal(known)},\n`
}

/** The shape of what is JSON; of another body its media type and the pattern of the whole. */
function success({ content = {} }: ResponseObject): string | string[] | null {
  const [type, { schema } = { schema: {} }] = Object.entries(content)[0] ?? []
  if (type === undefined) return null
  if (type === 'application/json') return shapeOf(schema, '')
  const { pattern } = resolve<SchemaObject>(schema)
  if (!pattern) throw new Error(`The SDK cannot tell a whole ${type} without its pattern`)
  return [type, pattern]
}

/** As TypeScript is written here. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll(/[\\']/g, '\\$&')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}: ${literal(member)}`)
  return `{ ${members.join(', ')} }`
}

const LETTERS = new Map<string | undefined, string>([
  ['string', 's'],
  ['boolean', 'b'],
  ['integer', 'n'],
  ['number', 'n'],
])

/** Name of an object -> its required members and their shapes. */
const shapes = new Map<string, Record<string, string>>()

/**
 * The shape of a schema as `sdk/recognise.ts` reads it. What is no object keeps only its type;
 * `name`: what an object without one is called.
 */
function shapeOf(schema: SchemaObject, name: string): string {
  const { $ref, oneOf, type } = schema
  if (oneOf) {
    const kinds = oneOf.filter((each) => each.type !== 'null')
    const end = kinds.length < oneOf.length ? '?' : ''
    return `${kinds.map((each) => shapeOf(each, name)).join('|')}${end}`
  }
  if ($ref) return shapeOf(resolve<SchemaObject>({ $ref }), $ref.replace(/.*\//, ''))
  const types = [type].flat()
  const end = types.includes('null') ? '?' : ''
  const [kind] = types.filter((each) => each !== 'null')
  if (kind === 'array') {
    const items = shapeOf(schema.items ?? {}, `${name}_item`)
    return `[${items}]${schema.minItems ? '+' : ''}${end}`
  }
  if (kind !== 'object') return `${LETTERS.get(kind)}${end}`
  if (!shapes.has(name)) {
    shapes.set(name, {})
    const members = (schema.required ?? []).map((member) => [
      member,
      shapeOf(schema.properties?.[member] ?? {}, `${name}_${member}`),
    ])
    shapes.set(name, Object.fromEntries(members))
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
const shapeLines = [...shapes]
  .map(([name, members]) => `  ${name}: ${literal(members)},\n`)
  .join('')

const files = {
  'sdk/operations.gen.ts': `${HEAD}import type { Facts, OperationId, Shape } from ${TYPES}

export const OPERATIONS: Record<OperationId, Facts> = {
${operations}}

export const SHAPES: Record<string, Shape> = {
${shapeLines}}
`,
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
