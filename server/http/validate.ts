import type { RequestHandler } from 'express'
import * as OpenApiValidator from 'express-openapi-validator'
import { contract } from '../contract/document.ts'
import { codeOf, sentence } from '../contract/field-errors.ts'
import { formats } from '../contract/formats.ts'
import { type FieldError, type Problem, problem } from '../problems.ts'
import { NO_BODY } from './body.ts'

interface Stages {
  /** Knows the operation, and from here on checks every JSON answer below 500. */
  checkAnswers: RequestHandler[]
  /** Checks path, query, headers and body. */
  checkRequest: RequestHandler
}

/** express-openapi-validator, taken apart: answers are watched before a request can be refused, requests are checked after authorization. */
export function validator(): Stages {
  const stages = OpenApiValidator.middleware({
    apiSpec: withoutMappings(contract) as never,
    validateApiSpec: false,
    validateRequests: { allErrors: true, coerceTypes: false, discriminator: true },
    validateResponses: { coerceTypes: false },
    validateSecurity: false,
    fileUploader: false,
    ajvFormats: { mode: 'fast' },
    formats,
  } as never) as unknown as RequestHandler[]
  const stage = (name: string) => {
    const found = stages.find((each) => each.name === name)
    if (!found) throw new Error(`express-openapi-validator has no ${name}`)
    return found
  }
  return { checkAnswers: [stage('pathParamsMiddleware'), stage('metadataMiddleware'), stage('responseMiddleware')], checkRequest: stage('requestMiddleware') }
}

/** A copy, without the mapping of a discriminator: Ajv finds the branch by the one value that each has, and knows no mapping. */
function withoutMappings(document: object): object {
  return JSON.parse(JSON.stringify(document), (key, value) => (key === 'mapping' ? undefined : value))
}

interface ValidatorError {
  status: number
  errors: { path: string; message?: string; errorCode?: string }[]
}

/** What the validator found wrong with a request, as a problem; undefined when the error is not of that kind. */
export function validationProblem(error: unknown, body: unknown): Problem | undefined {
  const { status, errors } = error as Partial<ValidatorError>
  if (status !== 400 || !Array.isArray(errors)) return undefined
  const fields = errors.map((each) => fieldError(each, body))
  return fields.some((field) => field.in !== 'body')
    ? problem('invalid_request', { errors: fields.filter((field) => field.in !== 'body') })
    : problem('invalid_body', { errors: fields })
}

const PARTS: Record<string, FieldError['in']> = { body: 'body', query: 'query', params: 'path', headers: 'header' }
const readOnlyMembers = new Set(Object.entries(contract.components.schemas.Task?.properties ?? {}).flatMap(([name, schema]) => (schema.readOnly ? name : [])))

function fieldError({ path, message = 'is not valid', errorCode = '' }: ValidatorError['errors'][number], body: unknown): FieldError {
  // A member named "" leaves no path at all.
  const [, part = '', ...rest] = (path || '/body').split('/')
  const place = PARTS[part] ?? 'path'
  const keyword = errorCode.split('.', 1)[0] ?? ''
  const unknown = keyword === 'additionalProperties' || message.startsWith('Unknown query parameter')
  const steps = unknown || keyword === 'required' ? named(rest, place === 'body' ? body : undefined) : rest
  if (keyword === 'discriminator') return { in: place, pointer: `${pointer(steps)}/action`, code: 'enum', detail: 'must be one of the actions' }
  const code = unknown ? (place === 'body' && readOnlyMembers.has(steps.at(-1) ?? '') ? 'read_only' : 'unknown_member') : (codeOf(keyword) ?? 'invalid')
  return {
    in: place,
    pointer: path === '' ? '/' : pointer(steps),
    code,
    detail: message === "must have required property 'body'" ? NO_BODY : sentence(code, message),
  }
}

/** The way to a member that is not known or missing. Its name comes as it is, slashes and all, behind a way through what was sent. */
function named(rest: string[], within: unknown): string[] {
  const [step = '', ...others] = rest
  const next = typeof within === 'object' && within !== null && others.length > 0 ? (within as Record<string, unknown>)[step] : undefined
  if (typeof next === 'object' && next !== null) return [step, ...named(others, next)]
  return rest.length === 0 || rest.join('/') === '' ? [] : [rest.join('/').replaceAll('~', '~0').replaceAll('/', '~1')]
}

function pointer(steps: string[]): string {
  const text = steps.join('/')
  return text === '' ? '' : `/${text.slice(0, 200)}`
}
