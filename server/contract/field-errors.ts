import type { components } from '../../sdk/contract.gen.ts'

export type FieldError = components['schemas']['FieldError']

/** The code of a broken keyword of JSON Schema; undefined where it has none of its own. */
export function codeOf(keyword: string): FieldError['code'] | undefined {
  return CODES[keyword]
}

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

/** The step of a JSON Pointer (RFC 6901) to a member of this name, cut where somebody made a very long one up. */
export function pointerTo(name: string): string {
  return `/${name
    .slice(0, 100)
    .replace(/[\ud800-\udbff]$/, '')
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')}`
}

/** What Ajv says of it, in the words of this contract. */
export function sentence(code: FieldError['code'], message: string): string {
  if (code === 'unknown_member') return 'is not known here'
  if (code === 'pattern') return 'does not have the form that the contract asks for'
  if (code === 'read_only') return 'is set by the server and cannot be sent'
  const [, format = ''] = /^must match format "(.+)"$/.exec(message) ?? []
  return (FORMATS[format] ?? message.replace('properties', 'members')).slice(0, 300)
}

/** What a value of a format is, for those who would not know it by its name. */
const FORMATS: Record<string, string> = {
  date: 'is no day of the calendar; write it like 2026-12-01',
  'date-time': 'is no time; write it like 2026-12-01T09:30:00Z',
  'time-zone': 'is no time zone; write its name in the IANA database, like Europe/Berlin (in a URL, + is %2B)',
  uuid: 'is no UUID in lower case',
}
