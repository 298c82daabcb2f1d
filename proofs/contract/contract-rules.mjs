// What the rules of this contract ask of `openapi.yaml` beyond `recommended-strict`, as a plugin of
// `redocly lint`: an operation that forgets one is refused.
import { isSafePattern } from 'redos-detector'

/** Better Auth's own spelling is kept in its own schemas and parameters; ours is snake_case. */
const OURS = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/
const BETTER_AUTH = new Set(['rememberMe', 'disableCookieCache', 'disableRefresh'])
const BETTER_AUTH_SCHEMA = /\/components\/schemas\/Browser/
/**
 * Of a file that is imported no more than one row is refused, so what does not fit its schema is
 * let in, to be named in the report.
 */
const OPEN_SCHEMA = /\/components\/schemas\/UnfitTask$/

/** Headers that a response of this status cannot do without. */
const HEADERS_BY_STATUS = {
  304: [['ETag']],
  401: [['WWW-Authenticate']],
  412: [['ETag']],
  415: [['Accept', 'Accept-Patch']],
  429: [['Retry-After']],
  503: [['Retry-After']],
}

const typesOf = (schema) => [schema.type ?? []].flat()

/**
 * Strings, numbers and arrays have limits; objects are closed; patterns are linear; times are UTC.
 */
function boundedSchemas() {
  return {
    Schema(schema, { report, location }) {
      const say = (message) => report({ message, location })
      const types = typesOf(schema)
      if (
        types.length === 0 &&
        !['$ref', 'enum', 'const', 'allOf', 'oneOf', 'anyOf'].some((key) => key in schema)
      )
        say('A schema without a type takes anything.')
      if (types.includes('string') && schema.maxLength === undefined && !schema.enum)
        say('A string needs a maxLength.')
      if (types.includes('number') || types.includes('integer'))
        for (const key of ['minimum', 'maximum', 'format'])
          if (schema[key] === undefined) say(`A number needs a ${key}.`)
      if (types.includes('array') && schema.maxItems === undefined) say('An array needs maxItems.')
      // Else Ajv compares each with each: 14,000 labels, refused for being too many, took most of a
      // second.
      if (schema.uniqueItems && schema.items?.type === undefined)
        say('An array of unique items needs the type of its items beside their $ref.')
      if (
        types.includes('object') &&
        !schema.oneOf &&
        schema.additionalProperties !== false &&
        !OPEN_SCHEMA.test(location.pointer)
      )
        say('An object needs additionalProperties: false.')
      if (schema.pattern !== undefined && !isSafePattern(schema.pattern).safe)
        say('This pattern backtracks: a long string makes the server slow.')
      for (const value of schema['x-audit'] ?? [])
        if (!schema.enum?.includes(value)) say(`x-audit names ${value}, which is no value.`)
      if (schema.format === 'date-time' && !schema.pattern?.endsWith('Z$'))
        say('A time is UTC: its pattern ends with Z$.')
    },
  }
}

/**
 * Every operation is described, says who may call it, and declares the responses that any request
 * like it may get.
 */
function completeOperations() {
  return {
    PathItem: {
      Operation(operation, { report, location, resolve }) {
        const say = (message) => report({ message, location: location.child('responses').key() })
        for (const key of ['operationId', 'summary', 'description', 'security', 'tags'])
          if (operation[key] === undefined || (operation[key].length === 0 && key !== 'security'))
            report({ message: `An operation needs its ${key}.`, location: location.key() })
        const path = pathOf(location)
        const schemes = operation.security ?? []
        const mayBeAnonymous =
          schemes.length === 0 || schemes.some((scheme) => Object.keys(scheme).length === 0)
        const answersJson = Object.entries(operation.responses).some(
          ([status, { content }]) => status < '300' && content,
        )
        const expected = [400, 500]
        if (!mayBeAnonymous) expected.push(401)
        if (path.includes('{user_id}')) expected.push(403)
        if (path.startsWith('/api/')) expected.push(429)
        if (operation.requestBody) expected.push(413, 415, 422)
        if (answersJson) expected.push(406)
        if (path.startsWith('/api/')) expected.push(503)
        if (/\{(task|session)_id\}/.test(path)) expected.push(404)
        const headers = (operation.parameters ?? []).map(
          (parameter) => resolve(parameter).node?.name,
        )
        if (headers.includes('If-Match')) expected.push(412)
        if (headers.includes('If-None-Match')) expected.push(304)
        if (headers.includes('Idempotency-Key')) {
          expected.push(422)
          for (const [status, response] of Object.entries(operation.responses))
            if (status < '300' && !response.headers?.['Idempotency-Replayed'])
              say(
                `A response ${status} to a write with a key says whether it is ` +
                  'Idempotency-Replayed.',
              )
        }
        const method = location.pointer.split('/')[3]
        // A file is written while others write, so it has no version.
        const isFile = Object.values(operation.responses).some(
          ({ headers }) => headers?.['Content-Disposition'],
        )
        for (const header of /\/\{user_id\}\/(task|trash)/.test(path) && !isFile
          ? conditionsOf(method, path)
          : [])
          if (!headers.includes(header))
            report({ message: `An operation like this takes ${header}.`, location: location.key() })
        for (const status of expected)
          if (!operation.responses[status])
            say(`This operation can respond with ${status} and does not declare it.`)
      },
    },
  }
}

/**
 * The headers by which a request for a user's own tasks is read only when it is news, done once,
 * and overwrites no newer version.
 */
function conditionsOf(method, path) {
  if (method === 'get') return ['If-None-Match']
  return path.includes('{task_id}') ? ['Idempotency-Key', 'If-Match'] : ['Idempotency-Key']
}

/** `#/paths/~1api~1x/get` -> `/api/x` */
function pathOf(location) {
  return location.pointer.split('/')[2].replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Every error is a problem; every response carries what its status cannot do without. */
function completeResponses() {
  return {
    Operation: {
      Response(response, { report, location, key, resolve }) {
        const say = (message) => report({ message, location })
        const names = Object.keys(response.headers ?? {})
        const required = (name) =>
          names.includes(name) && resolve(response.headers[name]).node?.required === true
        for (const choice of [['X-Request-Id'], ...(HEADERS_BY_STATUS[key] ?? [])])
          if (!choice.some(required))
            say(`A response ${key} needs the required header ${choice.join(' or ')}.`)
        if (key < '400') return
        const media = response.content?.['application/problem+json']
        if (!media || Object.keys(response.content).length !== 1)
          say('An error is application/problem+json and nothing else.')
        else if (resolve(media.schema).location?.pointer !== '#/components/schemas/Problem')
          say('An error has the schema Problem.')
      },
    },
  }
}

/**
 * The mock and the docs are made of examples: each parameter, header, media type and scalar has
 * one.
 */
function examplesEverywhere() {
  const needsExample = (node, { report, location }) => {
    if (node.schema !== undefined && node.example === undefined && node.examples === undefined)
      report({ message: 'An example is missing.', location })
  }
  const isScalar = (schema) =>
    typesOf(schema).some((type) => ['string', 'integer', 'number', 'boolean'].includes(type))
  return {
    Parameter: needsExample,
    Header: needsExample,
    MediaType: needsExample,
    SchemaProperties: {
      Schema(schema, { report, location }) {
        if (isScalar(schema) && !schema.examples)
          report({ message: 'An example is missing.', location })
      },
    },
    NamedSchemas: {
      Schema(schema, { report, location }) {
        if (isScalar(schema) && !schema.examples)
          report({ message: 'An example is missing.', location })
      },
    },
  }
}

/** Our members and parameters are snake_case. */
function snakeCase() {
  const check = (name, { report, location }) => {
    if (!OURS.test(name) && !BETTER_AUTH.has(name) && !BETTER_AUTH_SCHEMA.test(location.pointer))
      report({ message: `${name} is not snake_case.`, location })
  }
  return {
    SchemaProperties(properties, { report, location }) {
      for (const name of Object.keys(properties))
        check(name, { report, location: location.child(name) })
    },
    Parameter(parameter, { report, location }) {
      if (parameter.in === 'query' || parameter.in === 'path')
        check(parameter.name, { report, location: location.child('name') })
    },
  }
}

export default function contractRules() {
  return {
    id: 'contract',
    rules: {
      oas3: {
        'bounded-schemas': boundedSchemas,
        'complete-operations': completeOperations,
        'complete-responses': completeResponses,
        'examples-everywhere': examplesEverywhere,
        'snake-case': snakeCase,
      },
    },
  }
}
