import type { FieldError } from '../problems.ts'

/** What only the task as it is, or another one, shows to be wrong with a body. */
type Name =
  | 'time_without_date'
  | 'zone_without_time'
  | 'zone_unknown'
  | 'time_skipped'
  | 'neighbour_missing'
  | 'position_exhausted'
  | 'quota_exceeded'
/** With the id of the other neighbour where there is no room between the two. */
export type Fault = Exclude<Name, 'position_exhausted'> | `position_exhausted ${string}`

/**
 * The problem that says it: most are a body that does not fit, and some have a code of their own.
 */
export function codeOf(fault: Fault): 'invalid_body' | 'position_exhausted' | 'quota_exceeded' {
  if (fault.startsWith('position_exhausted')) return 'position_exhausted'
  return fault === 'quota_exceeded' ? fault : 'invalid_body'
}

/** A fault as an error of the member that brought it. */
export function faultError(fault: Fault, sent: object): FieldError {
  const [kind, other] = fault.split(' ') as [Name, string | undefined]
  const [names, detail] = FAULTS[kind]
  const name =
    names.find((each) => (sent as Record<string, unknown>)[each] != null) ??
    names.find((each) => each in sent) ??
    names[0]
  return {
    in: 'body',
    pointer: name === '' ? '' : `/${name}`,
    code: 'invalid',
    detail: other ? `${detail} ${other}; move that one elsewhere first` : detail,
  }
}

/** The members that may bring it, the likeliest first, and the sentence. */
const FAULTS: Record<Name, [names: [string, ...string[]], detail: string]> = {
  time_without_date: [
    ['due_time', 'due_date'],
    'is a time without a day: due_time needs a due_date; to take the day away, the time must be null too',
  ],
  zone_without_time: [
    ['due_time_zone', 'due_time'],
    'is a time zone without a time: due_time_zone needs a due_time; to take the time away, the zone must be null too',
  ],
  zone_unknown: [
    ['due_time_zone'],
    'is a time zone that the database of this server does not know',
  ],
  time_skipped: [
    ['due_time', 'due_date', 'due_time_zone'],
    'does not exist on that day in that time zone, because the clocks skip it',
  ],
  neighbour_missing: [['before', 'after'], 'is not the id of another task'],
  position_exhausted: [['before', 'after'], 'has no room left between it and'],
  quota_exceeded: [
    [''],
    'is more than this account may have; purge tasks from the trash to make room',
  ],
}
