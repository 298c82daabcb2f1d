import type { FieldError } from '../problems.ts'

/**
 * For each rule that only the stored resource, or another one, shows a body to violate: the members
 * that may cause it, the likeliest first, and the sentence.
 */
export type Rules = Record<string, [members: [string, ...string[]], detail: string, code?: OwnCode]>

/** The problem code of a rule that has its own; the others are an invalid body. */
type OwnCode =
  | 'position_exhausted'
  | 'quota_exceeded'
  | 'list_too_large'
  | 'nothing_to_skip'
  | 'too_deep'
  | 'too_many_subtasks'
  | 'would_be_its_own_ancestor'

/** The rules of every resource. */
export const COMMON_RULES: Rules = {
  neighbour_missing: [['before', 'after'], 'Is not the id of another one.'],
  position_exhausted: [['before', 'after'], 'Leaves no room between it and', 'position_exhausted'],
  quota_exceeded: [
    [''],
    'Is more than this account may have. Empty the trash to make room.',
    'quota_exceeded',
  ],
}

/** A rule, or a rule and the id of another resource: of the neighbour that leaves no room. */
export type RuleViolation = string

const ruleOf = (violation: RuleViolation) => violation.split(' ')[0] ?? ''

export function ownCodeOf(rules: Rules, violation: RuleViolation): OwnCode | undefined {
  return rules[ruleOf(violation)]?.[2]
}

/**
 * A violation as an error of the member that caused it.
 *
 * @param sent the body, to tell which of the possible members that is
 */
export function violationError(rules: Rules, violation: RuleViolation, sent: object): FieldError {
  const rule = rules[ruleOf(violation)]
  if (!rule) throw new Error(`The rule of ${violation} has no sentence`)
  const [members, detail] = rule
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

const memberOf = (sent: object, member: string): unknown => Object(sent)[member]
