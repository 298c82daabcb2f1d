import type { ErrorObject } from 'ajv/dist/2020.js'
import { ruleFault } from '../../rules/recurrence/rule.ts'
import type { components } from '../../sdk/contract.gen.ts'
import { contract } from './document.ts'

export type FieldError = components['schemas']['FieldError']

/** What Ajv finds wrong with a part of a request, in the words of this contract. */
export function fieldError(part: FieldError['in'], error: ErrorObject): FieldError {
  const { keyword, instancePath, params } = error
  // The discriminator, such as `action`, has a value that no variant has.
  if (keyword === 'discriminator')
    return {
      in: part,
      pointer: cut(`${instancePath}/${params.tag}`),
      code: 'enum',
      detail: `Must be one of the ${params.tag}s of the contract.`,
    }
  const member: string | undefined = params.missingProperty ?? params.additionalProperty
  const pointer = cut(member === undefined ? instancePath : `${instancePath}${pointerTo(member)}`)
  const isReadOnlyMember = keyword === 'additionalProperties' && isReadOnly(member)
  const code = part === 'body' && isReadOnlyMember ? 'read_only' : (CODES[keyword] ?? 'invalid')
  const detail =
    part !== 'body' && code === 'unknown_member' ? 'Unknown parameter.' : sentence(code, error)
  return { in: part, pointer, code, detail: detail.slice(0, 300) }
}

/** By the broken keyword of JSON Schema. */
const CODES: Record<string, FieldError['code']> = {
  required: 'required',
  additionalProperties: 'unknown_member',
  type: 'type',
  enum: 'enum',
  format: 'format',
  pattern: 'pattern',
  minLength: 'min_length',
  maxLength: 'max_length',
  minimum: 'minimum',
  maximum: 'maximum',
  minItems: 'min_items',
  maxItems: 'max_items',
  uniqueItems: 'unique_items',
}

const readOnlyMembers = new Set(
  Object.entries(contract.components.schemas.Task?.properties ?? {}).flatMap(([name, schema]) =>
    schema.readOnly ? name : [],
  ),
)
const isReadOnly = (member: string | undefined) =>
  member !== undefined && readOnlyMembers.has(member)

/**
 * The step of a JSON Pointer (RFC 6901) to a member of this name, cut where a client made a very
 * long one up.
 */
export function pointerTo(name: string): string {
  return `/${name
    .slice(0, 100)
    .replace(/[\ud800-\udbff]$/, '')
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')}`
}

/** Neither half a character nor half an escape (`~0`, `~1`) stays at the end. */
function cut(pointer: string): string {
  return pointer.slice(0, 200).replace(/(?:[\ud800-\udbff]|~)$/, '')
}

function sentence(code: FieldError['code'], { keyword, params, data }: ErrorObject): string {
  if (code === 'read_only') return 'Cannot be set here.'
  if (params.format === 'recurrence-rule') return ruleFault(String(data)) ?? 'Is not valid.'
  return SENTENCES[keyword]?.(params) ?? 'Is not valid.'
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** By the broken keyword, from what Ajv says of it. */
const SENTENCES: Record<string, (params: ErrorObject['params']) => string> = {
  required: () => 'Is required.',
  additionalProperties: () => 'Unknown property.',
  type: ({ type }) => `Must be ${[type].flat().map(withArticle).join(' or ')}.`,
  enum: ({ allowedValues }) => `Must be one of: ${allowedValues.map(String).join(', ')}.`,
  format: ({ format }) => FORMATS[format] ?? `Must be of the format ${format}.`,
  pattern: () => 'Does not match the pattern in the contract.',
  minLength: ({ limit }) => `Must be at least ${counted(limit, 'character')} long.`,
  maxLength: ({ limit }) => `Must be at most ${counted(limit, 'character')} long.`,
  minimum: ({ limit }) => `Must be at least ${limit}.`,
  maximum: ({ limit }) => `Must be at most ${limit}.`,
  minItems: ({ limit }) => `Must have at least ${counted(limit, 'item')}.`,
  maxItems: ({ limit }) => `Must have at most ${counted(limit, 'item')}.`,
  minProperties: ({ limit }) => `Must have at least ${counted(limit, 'member')}.`,
  maxProperties: ({ limit }) => `Must have at most ${counted(limit, 'member')}.`,
  uniqueItems: () => 'Must not contain duplicate items.',
}

function withArticle(type: string): string {
  if (type === 'null') return type
  return /^[aio]/.test(type) ? `an ${type}` : `a ${type}`
}

/** What a value of a format is, for those who would not know it by its name. */
const FORMATS: Record<string, string> = {
  date: 'Must be a calendar date, such as 2026-12-01.',
  'date-time': 'Must be a time in UTC, such as 2026-12-01T09:30:00Z.',
  'time-zone':
    'Must be the name of a time zone in the IANA database, such as Europe/Berlin (in a URL, ' +
    'write + as %2B).',
  uuid: 'Must be a lowercase UUID.',
  email: 'Must be an e-mail address.',
}
