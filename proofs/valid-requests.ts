import fc from 'fast-check'
import type { Operation } from '../server/contract/document.ts'
import type { Person } from '../server/testing/person.ts'
import { credentials } from './example-request.ts'
import type { Outgoing } from './exchange.ts'
import { bodySchema, parametersOf } from './request-schemas.ts'
import { validValues } from './valid-values.ts'

/** Requests to this operation that fit its schemas, and the members of their body. */
export function validRequests(
  operation: Operation,
  who: Pick<Person, 'id' | 'token' | 'sessionToken'>,
  taskId: string,
): fc.Arbitrary<{ request: Outgoing; fields: Record<string, unknown> | undefined }> {
  const parameters = parametersOf(operation)
  const chosen = (part: string) =>
    fc.record(Object.fromEntries(parameters.filter((each) => each.in === part).map(({ name, schema }) => [name, validValues(schema)])), { requiredKeys: [] })
  const schema = bodySchema(operation)
  const values = schema && validValues(schema)
  const bodies = values === undefined ? fc.constant(undefined) : operation.bodyRequired ? values : fc.option(values, { nil: undefined })
  return fc.tuple(bodies, chosen('query'), chosen('header'), fc.constantFrom(...operation.accepts, '')).map(([body, query, headers, type]) => {
    const parameters = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))
    const path = operation.template.replace('{user_id}', who.id).replace('{task_id}', taskId)
    const lines = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
    return {
      fields: body as Record<string, unknown> | undefined,
      request: {
        method: operation.method,
        path: parameters.size > 0 ? `${path}?${parameters}` : path,
        headers: [
          ...credentials(operation, who),
          ...lines,
          ...(body === undefined ? [] : [['content-type', type || operation.accepts[0]] as [string, string]]),
        ],
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    }
  })
}
