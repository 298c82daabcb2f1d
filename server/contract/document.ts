import { readFileSync } from 'node:fs'
import { CORE_SCHEMA, load } from 'js-yaml'
import type { operations } from '../../sdk/contract.gen.ts'

export type OperationId = keyof operations

/** Bytes, where the contract says nothing else; its longest body but for a file is far below. */
const BODY_LIMIT = 100_000

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const

export interface HeaderObject {
  required?: boolean
}
export interface SchemaObject {
  $ref?: string
  type?: string | string[]
  default?: unknown
  readOnly?: boolean
  required?: string[]
  properties?: Record<string, SchemaObject>
  additionalProperties?: boolean
  items?: SchemaObject
  minItems?: number
  pattern?: string
  oneOf?: SchemaObject[]
}
export interface ResponseObject {
  headers?: Record<string, HeaderObject>
  content?: Record<string, { schema: SchemaObject }>
}

export interface Operation {
  id: OperationId
  method: string
  /** The path as the contract writes it: `/api/{user_id}/tasks`. */
  template: string
  tags: string[]
  summary: string
  /**
   * What opens it: an access token, the session itself (its token or cookie), or nothing is needed.
   */
  access: 'token' | 'session' | 'none'
  /** Only an access token opens it, and only on its own user's path. */
  needsCaller: boolean
  /** Media types of the request body; none: it takes no body. */
  accepts: string[]
  /** What a body of each must be. */
  bodies: Record<string, SchemaObject>
  bodyRequired: boolean
  /** Most bytes of the body that are read. */
  bodyLimit: number
  /** Media types of the responses that are not problems. */
  produces: string[]
  headerParameters: string[]
  queryParameters: string[]
  parameters: ParameterObject[]
  responses: Record<string, ResponseObject>
  /** Whether its body has a password, which can be guessed. */
  asksPassword: boolean
  /** What it takes of the user's rate limit. */
  cost: number
  /** And for each item of its body after the first. */
  itemCost: number
  /** Which requests are limited together, by the number that is under way at once. */
  concurrency: string | undefined
  /** Whether a nearly full disk refuses it. */
  needsRoom: boolean
  /** Whether it makes an account. */
  makesAccount: boolean
  /** At which level its requests are logged: what asks every second would fill the log. */
  logLevel: 'info' | 'debug'
}

export interface ParameterObject {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: SchemaObject
  example?: unknown
  /** The cost and the class of a request that has this parameter. */
  'x-cost'?: number
  'x-concurrency'?: string
  /** Only where its value is more than this. */
  'x-above'?: number
}

/**
 * How many requests of a class are under way at once: of one client, and in all; and how many may
 * wait for that.
 */
export interface ConcurrencyClass {
  per_client: number
  total: number
  waiting: number
}
interface OperationObject {
  operationId: OperationId
  summary: string
  tags: string[]
  security: Record<string, string[]>[]
  'x-asks-password'?: boolean
  'x-cost'?: number
  'x-item-cost'?: number
  'x-concurrency'?: string
  'x-needs-room'?: boolean
  'x-makes-account'?: boolean
  'x-log-level'?: 'debug'
  parameters?: ParameterObject[]
  requestBody?: {
    required?: boolean
    'x-body-limit'?: number
    content: Record<string, { schema: SchemaObject }>
  }
  responses: Record<string, ResponseObject>
}
export interface Contract {
  openapi: string
  info: { version: string }
  'x-concurrency-classes': Record<string, ConcurrencyClass>
  paths: Record<
    string,
    Partial<Record<(typeof METHODS)[number], OperationObject>> & { parameters?: ParameterObject[] }
  >
  components: {
    schemas: Record<string, SchemaObject> & {
      ProblemCode: { enum: string[]; 'x-audit': string[] }
    }
    parameters: Record<string, ParameterObject>
  }
}

/** The bytes of the repository, served as they are. */
export const contractBytes = readFileSync(new URL('../../openapi.yaml', import.meta.url))

/** Without YAML's timestamps: `2026-12-01` stays text. */
export const contract = load(contractBytes.toString('utf8'), { schema: CORE_SCHEMA }) as Contract

export const contractOperations: readonly Operation[] = Object.entries(contract.paths).flatMap(
  ([template, item]) =>
    METHODS.flatMap((method) =>
      item[method]
        ? operation(method.toUpperCase(), template, item[method], item.parameters ?? [])
        : [],
    ),
)

function operation(
  method: string,
  template: string,
  object: OperationObject,
  shared: ParameterObject[],
): Operation {
  const responses = Object.fromEntries(
    Object.entries(object.responses).map(([status, response]) => [
      status,
      resolveResponse(response),
    ]),
  )
  const parameters = [...shared, ...(object.parameters ?? [])].map((parameter) =>
    resolve<ParameterObject>(parameter),
  )
  const produces = new Set(
    Object.entries(responses).flatMap(([status, { content }]) =>
      status < '400' ? Object.keys(content ?? {}) : [],
    ),
  )
  return {
    id: object.operationId,
    method,
    template,
    tags: object.tags,
    summary: object.summary,
    access:
      object.security.length === 0
        ? 'none'
        : object.security.some((scheme) => 'accessToken' in scheme)
          ? 'token'
          : 'session',
    needsCaller: template.startsWith('/api/{user_id}/'),
    accepts: Object.keys(object.requestBody?.content ?? {}),
    bodies: Object.fromEntries(
      Object.entries(object.requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
    ),
    bodyRequired: object.requestBody?.required ?? false,
    bodyLimit: object.requestBody?.['x-body-limit'] ?? BODY_LIMIT,
    produces: [...produces],
    headerParameters: parameters.flatMap(({ name, in: part }) => (part === 'header' ? name : [])),
    queryParameters: parameters.flatMap(({ name, in: part }) => (part === 'query' ? name : [])),
    parameters,
    responses,
    asksPassword: object['x-asks-password'] ?? false,
    cost: object['x-cost'] ?? 1,
    itemCost: object['x-item-cost'] ?? 0,
    concurrency: object['x-concurrency'],
    needsRoom: object['x-needs-room'] ?? false,
    makesAccount: object['x-makes-account'] ?? false,
    logLevel: object['x-log-level'] ?? 'info',
  }
}

function resolveResponse(response: ResponseObject): ResponseObject {
  const { headers, content } = resolve<ResponseObject>(response)
  return {
    headers: Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, header]) => [name, resolve<HeaderObject>(header)]),
    ),
    ...(content ? { content } : {}),
  }
}

/** Follows a `$ref` of the contract. */
export function resolve<T>(object: T & { $ref?: string }): T {
  if (object.$ref === undefined) return object
  let node = Object(contract)
  for (const step of object.$ref.slice(2).split('/')) node = node[step]
  return node
}
