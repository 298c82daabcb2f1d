import { decodeJwt } from 'jose'
import { contract, type Operation } from '../../server/contract/document.ts'
import type { Person } from '../../server/testing/person.ts'
import type { Outgoing } from './exchange.ts'

type Who = Pick<Person, 'id' | 'token' | 'sessionToken'>

/** The id of no resource, for requests of tests that need none. */
export const NO_TASK = '0199c2f0-0000-7000-8000-000000000000'

/** The schemes that open an operation: the names in its `security`, `none` where it is public. */
function schemesOf({ template, method }: Operation): string[] {
  const object = contract.paths[template]?.[method.toLowerCase() as 'get']
  const schemes = (object?.security ?? []).flatMap((requirement) => Object.keys(requirement))
  return schemes.length === 0 ? ['none'] : schemes
}

/** Request bodies of the contract's own examples. */
export function exampleBodies({ template, method }: Operation): { type: string; value: unknown }[] {
  const content =
    contract.paths[template]?.[method.toLowerCase() as 'get']?.requestBody?.content ?? {}
  return Object.entries(content).flatMap(([type, media]) =>
    Object.values(
      (media as unknown as { examples: Record<string, { value: unknown }> }).examples,
    ).map(({ value }) => ({ type, value })),
  )
}

/** The credentials an operation takes from this person; none where it is public. */
export function credentials(operation: Operation, who: Who): [string, string][] {
  const schemes = schemesOf(operation)
  if (schemes.includes('accessToken')) return [['authorization', `Bearer ${who.token}`]]
  if (schemes.includes('sessionToken')) return [['authorization', `Bearer ${who.sessionToken}`]]
  return []
}

/**
 * The path of an operation for this person: their own id, this resource, and the session of their
 * own token.
 */
export function pathFor({ template }: Operation, who: Who, id: string): string {
  const path = template
    .replace('{user_id}', who.id)
    .replace(/\{\w+\}/, (name) => (name === '{session_id}' ? name : id))
  return path.includes('{session_id}') ? path.replace('{session_id}', sessionOf(who.token)) : path
}

function sessionOf(token: string): string {
  try {
    return String(decodeJwt(token).sid)
  } catch {
    return NO_TASK
  }
}

/** The parameters of the query that an operation needs, from the contract's own examples. */
export function neededQuery({ parameters }: Operation): string {
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  const pairs = needed.map(({ name, example }): [string, string] => [name, String(example)])
  return needed.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

/**
 * A request that fits the contract, made of the contract's own first example, on this person's
 * paths.
 */
export function exampleRequest(operation: Operation, who: Who, taskId: string = NO_TASK): Outgoing {
  const [example] = exampleBodies(operation)
  return {
    method: operation.method,
    path: pathFor(operation, who, taskId) + neededQuery(operation),
    headers: [
      ...credentials(operation, who),
      ...(example ? [['content-type', example.type] as [string, string]] : []),
    ],
    ...(example ? { body: JSON.stringify(example.value) } : {}),
  }
}
