import type { FieldError } from '../problems.ts'

/** Passwords of 8 characters or more that are refused: the most used ones. */
const MOST_USED = 10_000
const MIN_LENGTH = 8

let mostUsed: Promise<Set<string>> | undefined

/**
 * What is wrong with a new password beyond its length, which the contract checks: it is one of the
 * first that are guessed (NIST SP 800-63B, 3.1.1.2), in whatever case.
 *
 * @param pointer the JSON Pointer of its member in the body
 * @param email of its account
 * @example
 * await passwordErrors('/password', 'PassWord', 'ada@example.org') // [{ code: 'too_common', ... }]
 */
export async function passwordErrors(
  pointer: string,
  password: string,
  email: string,
): Promise<FieldError[]> {
  mostUsed ??= loadMostUsed()
  const text = password.trim().toLowerCase()
  const isGuessed = text === '' || text === email.toLowerCase() || (await mostUsed).has(text)
  return isGuessed
    ? [
        {
          in: 'body',
          pointer,
          code: 'too_common',
          detail: 'Is one of the first passwords that are guessed. Choose another.',
        },
      ]
    : []
}

/** Read with the first password that is set: the list takes 20 ms. */
async function loadMostUsed(): Promise<Set<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const words = [dictionary['passwords-common']].flat().map(String)
  return new Set(words.filter((word) => word.length >= MIN_LENGTH).slice(0, MOST_USED))
}
