import type { FieldError } from '../problems.ts'

/** Rules that only the stored task, or another one, shows a body to violate. */
type Rule =
  | 'time_without_date'
  | 'zone_without_time'
  | 'zone_unknown'
  | 'time_skipped'
  | 'neighbour_missing'
  | 'position_exhausted'
  | 'quota_exceeded'
/** With the id of the other neighbour where there is no room between the two. */
export type RuleViolation = Exclude<Rule, 'position_exhausted'> | `position_exhausted ${string}`

const ruleOf = (violation: RuleViolation): Rule =>
  isExhausted(violation) ? 'position_exhausted' : violation
const isExhausted = (violation: RuleViolation): violation is `position_exhausted ${string}` =>
  violation.startsWith('position_exhausted')

/** The problem of a violation: most are an invalid body, two have a code of their own. */
export function problemCodeOf(
  violation: RuleViolation,
): 'invalid_body' | 'position_exhausted' | 'quota_exceeded' {
  const rule = ruleOf(violation)
  return rule === 'position_exhausted' || rule === 'quota_exceeded' ? rule : 'invalid_body'
}

/**
 * A violation as an error of the member that caused it.
 *
 * @param sent the body, to tell which of the possible members that is
 */
export function violationError(violation: RuleViolation, sent: object): FieldError {
  const [members, detail] = RULES[ruleOf(violation)]
  const [, other] = violation.split(' ')
  const member =
    members.find((each) => memberOf(sent, each) != null) ??
    members.find((each) => each in sent) ??
    members[0]
  return {
    in: 'body',
    pointer: member === '' ? '' : `/${member}`,
    code: 'invalid',
    detail: other ? `${detail} ${other}. Move that one elsewhere first.` : detail,
  }
}

function memberOf(sent: object, member: string): unknown {
  return Object(sent)[member]
}

/** The members that may cause it, the likeliest first, and the sentence. */
const RULES: Record<Rule, [members: [string, ...string[]], detail: string]> = {
  time_without_date: [
    ['due_time', 'due_date'],
    'Is a time without a day: due_time needs a due_date. To take the day away, set the time to ' +
      'null, too.',
  ],
  zone_without_time: [
    ['due_time_zone', 'due_time'],
    'Is a time zone without a time: due_time_zone needs a due_time. To take the time away, set ' +
      'the time zone to null, too.',
  ],
  zone_unknown: [
    ['due_time_zone'],
    'Is a time zone that the database of this server does not know.',
  ],
  time_skipped: [
    ['due_time', 'due_date', 'due_time_zone'],
    'Does not exist on that day in that time zone, because the clocks skip it.',
  ],
  neighbour_missing: [['before', 'after'], 'Is not the id of another task.'],
  position_exhausted: [['before', 'after'], 'Leaves no room between it and'],
  quota_exceeded: [[''], 'Is more than this account may have. Empty the trash to make room.'],
}
