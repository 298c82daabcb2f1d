import fc from 'fast-check'
import type { Operation } from '../../server/contract/document.ts'
import type { Person } from '../../server/testing/person.ts'
import { credentials, pathFor } from './example-request.ts'
import type { Outgoing } from './exchange.ts'
import { bodySchema, parametersOf } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

/** What of a request is for its sender to choose. */
export interface Choice {
  query: Record<string, unknown>
  headers: Record<string, unknown>
  body: Record<string, unknown> | undefined
  type: string | undefined
}

/** Choices that fit an operation's schemas. */
export function validChoices(operation: Operation): fc.Arbitrary<Choice> {
  const chosen = (part: string) => {
    const parameters = parametersOf(operation).filter((each) => each.in === part)
    const members = parameters.map(({ name, schema }) => [name, validValues(schema)] as const)
    const needed = parameters.flatMap(({ name, required }) => (required ? name : []))
    return fc.record(Object.fromEntries(members), { requiredKeys: needed })
  }
  const schema = bodySchema(operation)
  const values = schema && (validValues(schema) as fc.Arbitrary<Record<string, unknown>>)
  const body =
    values === undefined
      ? fc.constant(undefined)
      : operation.bodyRequired
        ? values
        : fc.option(values, { nil: undefined })
  return fc.record({
    query: chosen('query'),
    headers: chosen('header'),
    body,
    type: fc.constantFrom(...operation.accepts.filter((type) => type.endsWith('json')), undefined),
  })
}

/**
 * What only the server can have given: where a page goes on, the version or the id of a resource,
 * and an address that it trusts; and days that must not be in the future.
 */
const GIVEN = [
  ...['cursor', 'since', 'If-Match', 'if_match', 'list_id', 'parent_id', 'callbackURL'],
  ...['completed_on', 'skipped_on'],
]

/**
 * The same choice, but one that can succeed: without what was not given, moved to an end instead of
 * next to an unknown task, and no time without its day or zone without its time.
 */
export function ableToSucceed(choice: Choice): Choice {
  return JSON.parse(JSON.stringify(choice), (name, value) => {
    if (GIVEN.includes(name)) return undefined
    if (value?.before || value?.after) return { to: 'top' }
    if (value?.due_time && !value.due_date) delete value.due_time
    if (value?.recurrence && !value.due_date) delete value.recurrence
    if (value?.due_time_zone && !value.due_time) delete value.due_time_zone
    return value
  })
}

/** The request that this person sends by a choice. */
export function requestOf(
  operation: Operation,
  who: Pick<Person, 'id' | 'token' | 'sessionToken'>,
  taskId: string,
  choice: Choice,
): Outgoing {
  const query = new URLSearchParams(
    Object.entries(choice.query).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  )
  const path = pathFor(operation, who, taskId)
  const headers = Object.entries(choice.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ])
  const type: [string, string][] =
    choice.body === undefined
      ? []
      : [['content-type', choice.type ?? (operation.accepts[0] as string)]]
  return {
    method: operation.method,
    path: query.size > 0 ? `${path}?${query}` : path,
    headers: [...credentials(operation, who), ...headers, ...type],
    ...(choice.body === undefined ? {} : { body: JSON.stringify(choice.body) }),
  }
}
