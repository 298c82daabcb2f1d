import { parse } from 'node:querystring'
import type { Request, RequestHandler } from 'express'
import {
  contractOperations,
  type Operation,
  type ParameterObject,
  resolve,
  type SchemaObject,
} from '../../contract/document.ts'
import { fieldError } from '../../contract/field-errors.ts'
import { type Validator, validatorFor } from '../../contract/schemas.ts'
import { ProblemError, problem } from '../../problems.ts'
import { isDecodable } from './normalise.ts'

/** The parameters of a request, by the names that the contract gives them. */
export interface Parameters {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
}

/** Reads the parameters as what the contract says they are, and checks them and the body. */
export const validate: RequestHandler = (request, response, next) => {
  const { operation, body } = response.locals
  if (!operation) return next()
  const { read, check } = readers.get(operation) as Reader
  const parameters = read(request)
  response.locals.parameters = parameters
  const errors = check(parameters).map((error) => {
    const [, part, ...steps] = error.instancePath.split('/')
    const way = steps.map((step) => `/${step}`).join('')
    // The names of headers have no case; a pointer has one.
    return fieldError(part as ParameterObject['in'], {
      ...error,
      instancePath: part === 'header' ? way.toLowerCase() : way,
    })
  })
  if (errors.length > 0) return next(new ProblemError(problem('invalid_request', { errors })))
  const faults =
    body === 'taken'
      ? validatorFor(operation.bodies[request.headers['content-type'] as string] as SchemaObject)(
          request.body,
        ).map((error) => fieldError('body', error))
      : []
  if (body === 'none' && operation.bodyRequired)
    faults.push({ in: 'body', pointer: '', code: 'required', detail: 'a body is needed' })
  next(
    faults.length > 0 ? new ProblemError(problem('invalid_body', { errors: faults })) : undefined,
  )
}

interface Reader {
  read(request: Request): Parameters
  check: Validator
}
const readers = new Map(contractOperations.map((operation) => [operation, reader(operation)]))

function reader({ template, parameters }: Operation): Reader {
  const segments = template.split('/')
  const plan = parameters.map(({ name, in: part, schema }) => ({
    name,
    part,
    // Node has the names of headers in lower case.
    key: part === 'header' ? name.toLowerCase() : name,
    segment: segments.indexOf(`{${name}}`),
    typed: typedBy(schema),
  }))
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
