import { parse } from 'node:querystring'
import type { Request } from 'express'
import {
  type Operation,
  type ParameterObject,
  resolve,
  type SchemaObject,
} from '../../contract/document.ts'
import { type FieldError, fieldError } from '../../contract/field-errors.ts'
import { type Validator, validatorFor } from '../../contract/schemas.ts'
import { isDecodable } from './normalise.ts'

/** The parameters of a request, by the names that the contract gives them. */
export interface Parameters {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
}

export interface ParameterReader {
  read(request: Request): Parameters
  /**
   * Whether all query parameters are known, and numbers where the contract says so. The validator
   * would let others pass, and take `1e1` for 10.
   */
  isTyped(parameters: Parameters): boolean
  /** What is wrong with them, in the words of this contract. */
  errors(parameters: Parameters): FieldError[]
}

const PARTS = ['path', 'query', 'header'] as const

/** Reads the parameters of an operation as what the contract says they are. */
export function parameterReader(operation: Operation): ParameterReader {
  const { template, parameters } = operation
  const segments = template.split('/')
  const plan = parameters.map(({ name, in: part, schema }) => ({
    name,
    part,
    // Node has the names of headers in lower case.
    key: part === 'header' ? name.toLowerCase() : name,
    segment: segments.indexOf(`{${name}}`),
    typed: typedBy(schema),
  }))
  const names = new Set(operation.queryParameters)
  const notText = parameters.flatMap(({ name, schema }) => (isText(schema) ? [] : name))
  const checks = PARTS.map((part) => ({ part, check: partValidator(operation, part) }))
  return {
    read({ path, url, headers }) {
      const sent = path.split('/')
      const query =
        url.length > path.length
          ? { ...parse(url.slice(path.length + 1), '&', '=', { maxKeys: 0 }) }
          : {}
      const read: Parameters = { path: {}, query, header: {} }
      for (const { name, part, key, segment, typed } of plan) {
        const value = typed(
          part === 'path' ? decoded(sent[segment]) : part === 'query' ? query[key] : headers[key],
        )
        if (value !== undefined) read[part][name] = value
      }
      return read
    },
    isTyped: ({ query }) =>
      Object.keys(query).every((name) => names.has(name)) &&
      notText.every((name) => typeof query[name] !== 'string'),
    errors: (read) =>
      checks.flatMap(({ part, check }) =>
        check(read[part]).map((error) =>
          // The names of headers have no case; a pointer has one.
          fieldError(part, part === 'header' ? inLowerCase(error) : error),
        ),
      ),
  }
}

function partValidator({ parameters }: Operation, part: ParameterObject['in']): Validator {
  const own = parameters.filter((parameter) => parameter.in === part)
  return validatorFor({
    type: 'object',
    required: own.flatMap(({ name, required }) => (required ? name : [])),
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    additionalProperties: false,
  })
}

const inLowerCase = (error: ReturnType<Validator>[number]) => ({
  ...error,
  instancePath: error.instancePath.toLowerCase(),
})

/** What cannot be decoded becomes NUL, which no parameter in a path may have. */
function decoded(segment = ''): string {
  if (!segment.includes('%')) return segment
  return isDecodable(segment) ? decodeURIComponent(segment) : '\0'
}

type Text = string | string[] | undefined

function isText(schema: SchemaObject): boolean {
  return ['string', 'array'].includes(String(resolve<SchemaObject>(schema).type))
}

/**
 * What a text stands for by its schema. What it cannot stand for stays text, which the check
 * refuses: `1e1` and ` 1` are no integers.
 */
function typedBy(schema: SchemaObject): (text: Text) => unknown {
  const { type, default: byDefault = schema.default } = resolve<SchemaObject>(schema)
  const read = TYPED.get(String(type)) ?? ((text: Text) => text)
  return (text) => (text === undefined ? byDefault : read(text))
}

const TYPED = new Map<string, (text: Text) => unknown>([
  // `label=` names none.
  ['array', (text) => (text === '' ? [] : [text].flat())],
  ['boolean', (text) => (text === 'true' ? true : text === 'false' ? false : text)],
  ['integer', (text) => (/^-?(0|[1-9]\d{0,15})$/.test(String(text)) ? Number(text) : text)],
])
