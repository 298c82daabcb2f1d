import type { ErrorObject } from 'ajv/dist/2020.js'
import type { components } from '../../sdk/contract.gen.ts'
import { contract } from './document.ts'

export type FieldError = components['schemas']['FieldError']

/** What Ajv finds wrong with a part of a request, in the words of this contract. */
export function fieldError(part: FieldError['in'], error: ErrorObject): FieldError {
  const { keyword, instancePath, params, message = 'is not valid' } = error
  // A tag that chooses no branch.
  if (keyword === 'discriminator')
    return {
      in: part,
      pointer: cut(`${instancePath}/${params.tag}`),
      code: 'enum',
      detail: `must be one of the ${params.tag}s`,
    }
  const member: string | undefined = params.missingProperty ?? params.additionalProperty
  const pointer = cut(member === undefined ? instancePath : `${instancePath}${pointerTo(member)}`)
  const code =
    keyword === 'additionalProperties' && part === 'body' && isReadOnly(member)
      ? 'read_only'
      : (CODES[keyword] ?? 'invalid')
  return {
    in: part,
    pointer,
    code,
    detail: sentence(
      code,
      keyword === 'enum' ? `${message}: ${params.allowedValues.join(', ')}` : message,
      params.format,
    ),
  }
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

function cut(pointer: string): string {
  return pointer.slice(0, 200).replace(/[\ud800-\udbff]$/, '')
}

function sentence(code: FieldError['code'], message: string, format = ''): string {
  if (code === 'unknown_member') return 'is not known here'
  if (code === 'pattern') return 'does not have the form that the contract asks for'
  if (code === 'read_only') return 'is set by the server and cannot be sent'
  return (FORMATS[format] ?? message.replace('properties', 'members')).slice(0, 300)
}

/** What a value of a format is, for those who would not know it by its name. */
const FORMATS: Record<string, string> = {
  date: 'is no day of the calendar; write it like 2026-12-01',
  'date-time': 'is no time; write it like 2026-12-01T09:30:00Z',
  'time-zone':
    'is no time zone; write its name in the IANA database, like Europe/Berlin (in a URL, + is %2B)',
  uuid: 'is no UUID in lower case',
}
