import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { RecordedResponse } from '../../server/testing/record-responses.ts'
import { rowOf } from '../../server/testing/response-rows.ts'

// Prism's own validator, which `prism proxy` runs: code that is not ours has the last word.
const load = createRequire(import.meta.resolve('@stoplight/prism-cli/package.json'))
interface PrismOperation {
  method: string
  path: string
}
type Result = { _tag: 'Right' } | { _tag: 'Left'; left: { message: string; path?: string[] }[] }
const { getHttpOperationsFromSpec } = load('@stoplight/prism-http') as {
  getHttpOperationsFromSpec(file: string): Promise<PrismOperation[]>
}
const { validateOutput } = load('@stoplight/prism-http/dist/validator') as {
  validateOutput(exchange: {
    resource: PrismOperation
    element: { statusCode: number; headers: Record<string, string>; body: unknown }
  }): Result
}

export interface PrismReport {
  checked: number
  /** Operation, status and media type of what was checked. */
  seen: Set<string>
  violations: string[]
}

/** Checks recorded responses of operations against the contract. */
export async function checkWithPrism(directory: string): Promise<PrismReport> {
  const operations = new Map(
    (await getHttpOperationsFromSpec('openapi.yaml')).map((operation) => [
      rowOf(operation.method.toUpperCase(), operation.path),
      operation,
    ]),
  )
  const report: PrismReport = { checked: 0, seen: new Set(), violations: [] }
  for (const file of globSync(`${directory}/*.jsonl`)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue
      const recorded = JSON.parse(line) as RecordedResponse
      const resource = operations.get(recorded.row)
      if (!resource) continue
      const { row, status, headers, body, test } = recorded
      const type = String(headers['content-type'] ?? 'no body').split(';', 1)[0] as string
      report.checked += 1
      report.seen.add(`${row} ${status} ${type}`)
      const element = { statusCode: status, headers: joined(headers), body: bodyOf(type, body) }
      const result = validateOutput({ resource, element })
      if (result._tag === 'Left')
        for (const { message, path = [] } of result.left)
          report.violations.push(`${row} ${status} ${type}: ${path.join('/')} ${message} (${test})`)
    }
  }
  return report
}

/** Headers that were sent several times, as one (RFC 9110, 5.3). */
function joined(headers: RecordedResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )
}

function bodyOf(type: string, body: string): unknown {
  if (body === '') return undefined
  return type.endsWith('json') ? JSON.parse(body) : body
}
