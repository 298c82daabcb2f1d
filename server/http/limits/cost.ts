import type { Request } from 'express'
import type { Operation, ParameterObject } from '../../contract/document.ts'

/**
 * What the contract says that a request costs: its operation, or the dearest parameter that is sent
 * (`x-cost`).
 */
export function costOf(request: Request, operation: Operation | undefined): number {
  if (!operation) return 1
  return Math.max(
    operation.cost,
    ...sentParameters(request, operation).map(({ 'x-cost': cost = 1 }) => cost),
  )
}

/**
 * What the items of its body cost beside that (`x-item-cost`): of all lists that a JSON body holds,
 * or the rows of a CSV file.
 */
export function itemCostOf(body: unknown, { itemCost }: Operation): number {
  const count =
    typeof body === 'string'
      ? rowsOf(body)
      : Object.values(body ?? {})
          .filter(Array.isArray)
          .flat().length
  return Math.ceil(itemCost * Math.max(0, count - 1))
}

/**
 * Lines of a CSV text that end outside quotation marks, but for its head; a file of 5 MB takes
 * about 10 ms.
 */
function rowsOf(text: string): number {
  let rows = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) isQuoted = !isQuoted
    else if (!isQuoted && (unit === 0x0a || (unit === 0x0d && text.charCodeAt(at + 1) !== 0x0a)))
      rows += 1
  }
  return rows - 1
}

/**
 * Which requests it is limited with: those of its operation, or of the dearest parameter that is
 * sent and can make it slow (`x-concurrency`).
 */
export function classOf(
  request: Request,
  operation: Operation,
  isKnownDevice: boolean,
): string | undefined {
  if (isKnownDevice) return 'password_of_known_device'
  const [dearest] = sentParameters(request, operation)
    .filter((parameter) => parameter['x-concurrency'])
    .sort((a, b) => (b['x-cost'] ?? 1) - (a['x-cost'] ?? 1))
  return dearest?.['x-concurrency'] ?? operation.concurrency
}

/** Before validation too, so that no way to write a query hides a parameter. */
function sentParameters({ url, path }: Request, { parameters }: Operation): ParameterObject[] {
  if (url.length === path.length) return []
  const query = new URLSearchParams(url.slice(path.length + 1))
  return parameters.filter(({ name, in: part, 'x-above': above }) => {
    if (part !== 'query' || !query.has(name)) return false
    return above === undefined || query.getAll(name).some((value) => !(Number(value) <= above))
  })
}
