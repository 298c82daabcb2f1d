import { contractOperations, type Operation } from './document.ts'

interface Node {
  literals: Map<string, Node>
  parameter?: Node
  operations: Map<string, Operation>
}

const root = node()
for (const operation of contractOperations) {
  let at = root
  for (const segment of operation.template.slice(1).split('/')) {
    if (segment.startsWith('{')) at = at.parameter ??= node()
    else {
      const next = at.literals.get(segment) ?? node()
      at.literals.set(segment, next)
      at = next
    }
  }
  at.operations.set(operation.method, operation)
}

/**
 * The operations of a path, by method; undefined when the contract has no such path.
 * A literal segment hides a parameter beside it: `/api/auth/tasks` is not a list of tasks.
 *
 * @param path as it stands in the request line, without the query
 * @example findPath('/livez')?.get('GET')?.id // 'getLiveness'
 */
export function findPath(path: string): ReadonlyMap<string, Operation> | undefined {
  let at: Node | undefined = root
  for (const segment of path.slice(1).split('/')) {
    at = at.literals.get(segment) ?? (segment === '' ? undefined : at.parameter)
    if (!at) return undefined
  }
  return at.operations.size > 0 ? at.operations : undefined
}

function node(): Node {
  return { literals: new Map(), operations: new Map() }
}
