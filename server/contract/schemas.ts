import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { components } from '../../sdk/contract.gen.ts'
import { contract, type SchemaObject } from './document.ts'
import { formats, namedFormats } from './formats.ts'

/**
 * Members and items of a value up to which all its errors are listed. Ajv's list of all errors
 * takes time quadratic in their number.
 */
const MAX_LISTED_VALUES = 1_000

/** What is wrong with a value; nothing: `[]`. */
export type Validator = (value: unknown) => ErrorObject[]

/**
 * One that stops at the first error, which is faster, and one that finds all there are, for the
 * person who has to fix them; made when something is first to be checked.
 */
const instances: { first?: Ajv2020; every?: Ajv2020 } = {}
const first = () => (instances.first ??= ajv(false))
const every = () => (instances.every ??= ajv(true))
const NOTHING: ErrorObject[] = []
const validators = new Map<SchemaObject | string, Validator>()

/**
 * The check of a schema of the contract, wherever in the contract it stands; compiled when it is
 * first asked for.
 *
 * @param schema the object of the loaded document itself, or a `$ref` into it
 * @example validatorFor({ $ref: '#/components/schemas/Uuid' })('x')[0]?.keyword // 'format'
 */
export function validatorFor(schema: SchemaObject): Validator {
  const key = nameOf(schema) ?? schema
  const known = validators.get(key)
  if (known) return known
  let isFit: ValidateFunction | undefined
  let validate: ValidateFunction | undefined
  const check: Validator = (value) => {
    isFit ??= compiled(first(), schema)
    if (isFit(value)) return NOTHING
    if (hasMoreThan(MAX_LISTED_VALUES, value)) return isFit.errors ?? []
    validate ??= compiled(every(), schema)
    validate(value)
    return sharpest(validate.errors ?? [])
  }
  validators.set(key, check)
  return check
}

/** @throws where a value that is about to leave the server breaks its schema */
export function assertSchema<Name extends keyof components['schemas']>(
  name: Name,
  value: components['schemas'][Name],
): void {
  const [fault] = validatorFor({ $ref: `#/components/schemas/${name}` })(value)
  if (fault)
    throw new Error(`A ${name} breaks the contract: ${fault.instancePath} ${fault.message}`)
}

/** What is named is compiled once, however many refer to it. */
function nameOf({ $ref, ...others }: SchemaObject): string | undefined {
  return Object.keys(others).length === 0 ? $ref : undefined
}

function compiled(ajv: Ajv2020, schema: SchemaObject): ValidateFunction {
  const name = nameOf(schema)
  return name === undefined
    ? ajv.compile(absolute(schema))
    : ajv.compile({ $ref: `contract${name}` })
}

function ajv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors, discriminator: true, formats, verbose: true })
  addFormats.default(ajv, namedFormats)
  return ajv.addSchema({ $id: 'contract', ...absolute(contract) })
}

/**
 * A copy whose references say that they mean the contract, and without the mapping of a
 * discriminator: Ajv finds the branch by the one value that each has.
 */
function absolute<T extends object>(schema: T): T {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' ? `contract${value}` : key === 'mapping' ? undefined : value,
  )
}

/** Levels of the contract's schemas; what lies deeper in a value is never looked at. */
const SCHEMA_DEPTH = 8

/**
 * Whether a value has more than so many members and items, as far down as schemas go. Stops
 * counting there.
 */
function hasMoreThan(limit: number, value: unknown): boolean {
  let level = [value]
  let count = 0
  for (let depth = 0; depth < SCHEMA_DEPTH && level.length > 0 && count <= limit; depth += 1) {
    const next: unknown[] = []
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue
      const members: unknown[] = Array.isArray(each) ? each : Object.values(each)
      count += members.length
      if (count > limit) break
      next.push(...members)
    }
    level = next
  }
  return count > limit
}

/**
 * A value that breaks `format` often breaks `pattern`, too. Only the first is kept: it says how to
 * write the value.
 */
function sharpest(errors: ErrorObject[]): ErrorObject[] {
  const withFormat = new Set(
    errors.flatMap(({ keyword, instancePath }) => (keyword === 'format' ? instancePath : [])),
  )
  return errors.filter(
    ({ keyword, instancePath }) => keyword !== 'pattern' || !withFormat.has(instancePath),
  )
}
