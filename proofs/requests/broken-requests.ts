import fc from 'fast-check'
import type { Operation } from '../../server/contract/document.ts'
import type { Person } from '../../server/testing/person.ts'
import type { Broken } from './breakage.ts'
import { brokenBodies } from './broken-bodies.ts'
import { brokenHeaders, brokenPaths, brokenQueries } from './broken-parameters.ts'
import { credentials, exampleBodies, pathFor } from './example-request.ts'

type Who = Pick<Person, 'id' | 'token' | 'sessionToken'>

/** Requests to this operation that break it in one place each. */
export function brokenRequests(
  operation: Operation,
  who: Who,
  taskId: string,
): fc.Arbitrary<Broken> {
  return fc
    .oneof(
      ...[
        brokenBodies(operation),
        brokenQueries(operation),
        brokenPaths(operation, taskId),
        brokenHeaders(operation),
      ].flat(),
    )
    .map(({ request = {}, ...broken }) => {
      const [example] = exampleBodies(operation)
      const body =
        request.body ??
        (operation.bodyRequired && example ? JSON.stringify(example.value) : undefined)
      const type: [string, string][] =
        body !== undefined && !request.headers?.some(([name]) => name === 'content-type')
          ? [['content-type', operation.accepts[0] ?? 'application/json']]
          : []
      const path = pathFor(
        { ...operation, template: request.path ?? operation.template },
        who,
        taskId,
      )
      return {
        ...broken,
        request: {
          method: operation.method,
          path,
          headers: [...credentials(operation, who), ...type, ...(request.headers ?? [])],
          ...(body === undefined ? {} : { body }),
        },
      }
    })
}
