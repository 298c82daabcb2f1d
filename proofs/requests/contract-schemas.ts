import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { ruleFault } from '../../rules/recurrence/rule.ts'
import { contract, type Operation, resolve } from '../../server/contract/document.ts'

// A validator of its own, of another version than the server's: what it says is a second opinion.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
formats.default(ajv)
ajv.addFormat('int32', true).addFormat('password', true).addFormat('time-zone', isTimeZone)
ajv.addFormat('recurrence-rule', (rule) => ruleFault(rule) === undefined)
ajv.addSchema({ $id: 'contract', ...contract })

function isTimeZone(name: string): boolean {
  try {
    return new Date().toLocaleString('en', { timeZone: name }) !== ''
  } catch {
    return false
  }
}

/** `['components', 'schemas', 'Task']` -> the way there as a `$ref`. */
function reference(way: string[]): string {
  const steps = way.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'))
  return `contract#/${steps.map(encodeURIComponent).join('/')}`
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

/**
 * Whether the contract declares this response of an operation, and what is wrong with it by its
 * schema.
 */
export function responseFaults(
  { template, method }: Pick<Operation, 'template' | 'method'>,
  status: number,
  type: string,
  body: unknown,
): string[] {
  const way = ['paths', template, method.toLowerCase(), 'responses', String(status)]
  const declared = way.reduce<unknown>(
    (node, step) => (node as Record<string, unknown> | undefined)?.[step],
    contract,
  ) as Response | undefined
  if (!declared) return [`${status} is not declared`]
  const { content } = resolve<Response>(declared)
  if (!content) return body === undefined ? [] : [`${status} has a body, and none is declared`]
  if (!content[type]) return [`${status} as ${type} is not declared`]
  const place = declared.$ref ? declared.$ref.slice(2).split('/') : way
  return faults([...place, 'content', type, 'schema'], body).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  )
}

interface Response {
  $ref?: string
  content?: Record<string, unknown>
}
