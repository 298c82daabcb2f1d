import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { contract } from '../server/contract/document.ts'

// A validator of its own, of another version than the server's: what it says is a second opinion.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
formats.default(ajv)
ajv.addFormat('int32', true).addFormat('password', true)
ajv.addSchema({ $id: 'contract', ...contract })

/** `['components', 'schemas', 'Task']` -> the way there as a `$ref`. */
function reference(way: string[]): string {
  return `contract#/${way.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
}

/** What is wrong with a value by the schema that stands there in the contract; nothing: `[]`. */
export function faults(way: string[], value: unknown): ErrorObject[] {
  const validate = ajv.getSchema(reference(way))
  if (!validate) throw new Error(`The contract has no ${way.join(' ')}`)
  return validate(value) ? [] : (validate.errors ?? [])
}

/** Whether a value fits a schema that holds no `$ref`. */
export function fits(schema: object, value: unknown): boolean {
  return ajv.validate(schema, value)
}
