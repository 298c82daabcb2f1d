import { contract, contractOperations, type Operation, resolve } from './document.ts'

/**
 * The contract as express-openapi-validator takes it: it compiles what it is given for each
 * operation, media type and status. So references are followed, annotations left out, and the
 * problems of an operation are one response, because all have the same shape.
 */
export function adaptedContract(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of contractOperations)
    paths[operation.template] = {
      ...paths[operation.template],
      [operation.method.toLowerCase()]: adaptedOperation(operation),
    }
  const { openapi, info } = contract
  return { openapi, info, paths: dereferenced(paths) }
}

function adaptedOperation({ id, parameters, bodies, responses }: Operation): object {
  const all = Object.entries(responses)
  const content = Object.fromEntries(
    Object.entries(bodies).map(([type, schema]) => [type, { schema }]),
  )
  return {
    operationId: id,
    parameters,
    // Whether one is needed is said in request/validate.ts.
    ...(Object.keys(bodies).length > 0 ? { requestBody: { required: false, content } } : {}),
    responses: {
      ...Object.fromEntries(all.filter(([status]) => status < '400')),
      '4XX': all.find(([status]) => status >= '400')?.[1],
    },
  }
}

/**
 * What says nothing about whether a value fits. The validator would write defaults into bodies; of
 * a discriminator, Ajv finds the branch by the one value that each has.
 */
const ANNOTATIONS = new Set(['description', 'default', 'example', 'examples', 'mapping'])
const followed = new Map<string, unknown>()
const following = new Set<string>()

function dereferenced(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(dereferenced)
  if (typeof node !== 'object' || node === null) return node
  const { $ref, properties, ...keywords } = node as { $ref?: string; properties?: object }
  const own = membersOf(
    Object.fromEntries(Object.entries(keywords).filter(([name]) => !ANNOTATIONS.has(name))),
  )
  if (properties) own.properties = membersOf(properties)
  if ($ref === undefined) return own
  if (following.has($ref)) throw new Error(`The schema ${$ref} holds itself`)
  following.add($ref)
  const target = followed.get($ref) ?? dereferenced(resolve({ $ref }))
  following.delete($ref)
  followed.set($ref, target)
  return Object.keys(own).length === 0 ? target : { ...own, allOf: [target] }
}

function membersOf(object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, dereferenced(value)]),
  )
}
