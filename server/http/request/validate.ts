import { parse } from 'node:querystring'
import type { Request, RequestHandler } from 'express'
import {
  contractOperations,
  type Operation,
  type ParameterObject,
  resolve,
  type SchemaObject,
} from '../../contract/document.ts'
import { type FieldError, fieldError } from '../../contract/field-errors.ts'
import { type Validator, validatorFor } from '../../contract/schemas.ts'
import { checkRequest } from '../../contract/validator.ts'
import { ProblemError, problem } from '../../problems.ts'
import { isDecodable } from './normalise.ts'

/** The parameters of a request, by the names that the contract gives them. */
export interface Parameters {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
}

/**
 * Reads the parameters as what the contract says they are, and has the validator check them and the
 * body. What is wrong with a request that it refuses is then said in the words of this contract.
 */
export const validate: RequestHandler = (request, response, next) => {
  const { operation, body } = response.locals
  if (!operation) return next()
  const { read, isTyped, check } = readers.get(operation) as Reader
  const parameters = read(request)
  response.locals.parameters = parameters
  const isMissing = body === 'none' && operation.bodyRequired
  const mayFit = isTyped(parameters) && !isMissing
  // The validator changes what it gets.
  Object.defineProperty(request, 'query', { value: { ...parameters.query }, writable: true })
  Object.assign(request.openapi as object, { pathParams: parameters.path })
  checkRequest(request, response, (refused?: unknown) => {
    if (refused === undefined && mayFit) return next()
    const errors = parameterErrors(check(parameters))
    if (errors.length > 0) return next(new ProblemError(problem('invalid_request', { errors })))
    const faults = bodyErrors(request, operation, body)
    next(
      faults.length > 0 ? new ProblemError(problem('invalid_body', { errors: faults })) : refused,
    )
  })
}

function parameterErrors(errors: ReturnType<Validator>): FieldError[] {
  return errors.map((error) => {
    const [, part, ...steps] = error.instancePath.split('/')
    const way = steps.map((step) => `/${step}`).join('')
    // The names of headers have no case; a pointer has one.
    return fieldError(part as ParameterObject['in'], {
      ...error,
      instancePath: part === 'header' ? way.toLowerCase() : way,
    })
  })
}

function bodyErrors(
  request: Request,
  operation: Operation,
  body: 'none' | 'taken' | 'refused' | undefined,
): FieldError[] {
  if (body === 'none')
    return operation.bodyRequired
      ? [{ in: 'body', pointer: '', code: 'required', detail: 'a body is needed' }]
      : []
  const schema = operation.bodies[request.headers['content-type'] as string] as SchemaObject
  return validatorFor(schema)(request.body).map((error) => fieldError('body', error))
}

interface Reader {
  read(request: Request): Parameters
  /**
   * Whether all query parameters are known, and numbers where the contract says so. The validator
   * would let others pass, and take `1e1` for 10.
   */
  isTyped(parameters: Parameters): boolean
  /** What is wrong with them. */
  check: Validator
}
const readers = new Map(contractOperations.map((operation) => [operation, reader(operation)]))

function reader(operation: Operation): Reader {
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
  const queryParameters = new Set(operation.queryParameters)
  const notText = parameters.flatMap(({ name, schema }) => (isText(schema) ? [] : name))
  const objectOf = (part: ParameterObject['in']) => {
    const own = parameters.filter((parameter) => parameter.in === part)
    return {
      type: 'object',
      required: own.flatMap(({ name, required }) => (required ? name : [])),
      properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
      additionalProperties: false,
    }
  }
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
      Object.keys(query).every((name) => queryParameters.has(name)) &&
      notText.every((name) => typeof query[name] !== 'string'),
    check: validatorFor({
      type: 'object',
      properties: { path: objectOf('path'), query: objectOf('query'), header: objectOf('header') },
    }),
  }
}

/** What cannot be decoded is left as it is, and is then an ordinary wrong value. */
function decoded(segment = ''): string {
  return segment.includes('%') && isDecodable(segment) ? decodeURIComponent(segment) : segment
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
  const typed: Record<string, (text: Text) => unknown> = {
    // `label=` names none.
    array: (text) => (text === '' ? [] : [text].flat()),
    boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
    integer: (text) => (/^-?(0|[1-9]\d{0,15})$/.test(String(text)) ? Number(text) : text),
    string: (text) => text,
  }
  const read = typed[String(type)] as (text: Text) => unknown
  return (text) => (text === undefined ? byDefault : read(text))
}
