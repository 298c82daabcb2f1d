import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { components } from '../../sdk/contract.gen.ts'
import { contract } from './document.ts'
import { codeOf, type FieldError, pointerTo, sentence } from './field-errors.ts'
import { formats } from './formats.ts'

type SchemaName = keyof components['schemas']

/** Characters of JSON from which on one error is enough: a long list can break its schema in a million places. */
const LONG = 50_000

const [first, every] = [validators(false), validators(true)]

/** What is wrong with a value by a schema of the contract, where express-openapi-validator does not look: inside a file. Nothing: `[]`. */
export function faults(name: SchemaName, value: unknown): FieldError[] {
  const validate = first(name)
  if (validate(value)) return []
  if (isLong(value)) return (validate.errors ?? []).map(fieldError)
  const all = every(name)
  all(value)
  return sharpest((all.errors ?? []).map(fieldError)).slice(0, 20)
}

function isLong(value: unknown): boolean {
  try {
    return JSON.stringify(value).length > LONG
  } catch {
    // Nested deeper than there is stack for.
    return true
  }
}

/** What is no day is not of its form either, and hears only the first, which says how to write it. */
function sharpest(errors: FieldError[]): FieldError[] {
  const withFormat = new Set(errors.flatMap(({ code, pointer }) => (code === 'format' ? pointer : [])))
  return errors.filter(({ code, pointer }) => code !== 'pattern' || !withFormat.has(pointer))
}

/** @throws where a value that is about to leave the server breaks its schema */
export function mustFit<Name extends SchemaName>(name: Name, value: components['schemas'][Name]): void {
  const [fault] = faults(name, value)
  if (fault) throw new Error(`A ${name} breaks the contract: ${fault.pointer} ${fault.detail}`)
}

// As express-openapi-validator is set up in `http/validate.ts`, so that both say the same.
function validators(allErrors: boolean): (name: SchemaName) => ValidateFunction {
  let ajv: Ajv2020 | undefined
  return (name) => {
    if (!ajv) {
      ajv = new Ajv2020({ strict: false, allErrors, formats })
      addFormats.default(ajv, { mode: 'fast', formats: ['uuid', 'email', 'uri', 'uri-reference', 'int32'] })
      ajv.addSchema({ $id: 'contract', ...contract })
    }
    return ajv.getSchema(`contract#/components/schemas/${name}`) as ValidateFunction
  }
}

function fieldError({ keyword, instancePath, params, message = 'is not valid' }: ErrorObject): FieldError {
  const { missingProperty, additionalProperty } = params as { missingProperty?: string; additionalProperty?: string }
  const code = codeOf(keyword) ?? 'invalid'
  const member = missingProperty ?? additionalProperty
  return { in: 'body', pointer: member === undefined ? instancePath : `${instancePath}${pointerTo(member)}`, code, detail: sentence(code, message) }
}
