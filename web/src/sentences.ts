import { DocketError, NoResponseError, type ProblemCode, ProblemError } from '@docket/sdk'

type FieldError = ProblemError['errors'][number]

/** What was thrown may be anything. */
export const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))

/**
 * What went wrong, for the person in front of it. What the API says of a problem is for developers.
 */
export function sentenceOf(error: Error): string {
  if (error instanceof NoResponseError)
    return "Can't reach the server. Check your connection and try again."
  if (error instanceof ProblemError) {
    const fields = [...new Set(error.errors.map(fieldSentence))]
    return (
      BY_CODE[error.code]?.(error) ??
      (fields.length > 0 ? fields.join(' ') : `Something went wrong. (${error.code})`)
    )
  }
  if (error instanceof DocketError) return signedOut()
  return `Something went wrong. (${error.message})`
}

const signedOut = () => "You've been signed out. Sign in to continue."
const wrongPair = () => "That email and password don't match."
const taken = () => "There's already an account with this email. Sign in instead?"
const elsewhere = () => 'It has been deleted.'

const BY_CODE: Partial<Record<ProblemCode, (error: ProblemError) => string>> = {
  access_denied: () => "You're signed in as another user here. Sign in again to continue.",
  content_too_large: () => "That's too large to save.",
  email_taken: taken,
  list_not_found: elsewhere,
  list_too_large: () =>
    'This list has more than 2,000 tasks, or very long ones. Delete some first.',
  internal_error: () => 'Something went wrong on our end. Try again.',
  invalid_credentials: wrongPair,
  INVALID_EMAIL: () => 'Enter a valid email address.',
  INVALID_EMAIL_OR_PASSWORD: wrongPair,
  position_exhausted: () => "There's no room between these two tasks. Move one elsewhere first.",
  quota_exceeded: () => 'Your account is full. Delete tasks and empty the trash to make room.',
  rate_limited: (error) => `Too many attempts. Try again in ${secondsOf(error)}.`,
  request_timeout: () => 'That took too long. Try again.',
  service_unavailable: () => 'The server is busy. Try again in a moment.',
  session_ended: signedOut,
  session_missing: signedOut,
  session_not_found: () => 'That device is already signed out.',
  task_id_taken: () => "There's already another task in its place.",
  task_not_found: elsewhere,
  token_expired: signedOut,
  token_invalid: signedOut,
  too_deep: () => 'Subtasks go no deeper than the fourth level.',
  too_many_subtasks: () =>
    'This task has more than 2,000 subtasks, or very long ones. Change some of them first.',
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: taken,
  version_stale: () => 'This was changed on another device. Reload and try again.',
  would_be_its_own_ancestor: () => "A task can't be under one of its own subtasks.",
}

function secondsOf({ response }: ProblemError): string {
  const seconds = Number(response.headers.get('retry-after')) || 60
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

const NAMES: Record<string, string> = {
  current_password: 'Current password',
  description: 'Description',
  due_date: 'Due date',
  due_time: 'Time',
  due_time_zone: 'Time zone',
  email: 'Email',
  labels: 'Label',
  list_id: 'List',
  name: 'Name',
  new_password: 'New password',
  parent_id: 'Parent task',
  password: 'Password',
  priority: 'Priority',
  starts_on: 'Start date',
  title: 'Title',
}

/**
 * The member that an error is about is the last step of its pointer that has a name:
 * `/operations/3/task/labels/0`.
 */
function fieldSentence({ pointer, code }: FieldError): string {
  const member = pointer.split('/').findLast((step) => Object.hasOwn(NAMES, step)) ?? ''
  const name = NAMES[member] ?? 'This'
  if (member === 'email') return 'Enter a valid email address.'
  if (member === 'current_password' && code === 'invalid')
    return "That isn't your current password."
  if (code === 'too_common') return 'That password is too easy to guess. Choose another.'
  if (member === 'password' && code === 'invalid') return 'Wrong password.'
  if (member === 'parent_id' && code === 'invalid') return 'The task that it was under is gone.'
  if (member === 'due_time' && code === 'invalid')
    return "There's no such time on that day: the clocks change."
  if (/password$/.test(member) && code === 'min_length')
    return 'Use at least 8 characters for the password.'
  if (/password$/.test(member) && code === 'max_length')
    return 'Use at most 128 characters for the password.'
  if (member === 'list_id')
    return 'Its list has been deleted. Restore the list and try again, or put it into Inbox.'
  if (code === 'required') return `${name} is missing.`
  if (code === 'max_items') return 'That is too many.'
  if (code === 'max_length') return `${name} is too long.`
  if (code === 'min_length') return `${name} is too short.`
  return `${name} can't be saved as it is.`
}
