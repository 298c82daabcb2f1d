import { readFileSync, writeFileSync } from 'node:fs'
import { declaredResponses, undeclarableResponses } from '../../server/testing/response-rows.ts'

const TABLE = 'coverage/contract.txt'

/** Row -> "status media-type" -> how often it was sent. */
type Counts = Map<string, Map<string, number>>

/**
 * Compares the responses of the whole suite with those that the contract declares, and prints a
 * table.
 *
 * @param seen what Prism has checked, as "operation status media-type"
 * @returns false where one is missing, undeclared or was not checked
 */
export function compareWithContract(file: string, seen: Set<string>): boolean {
  const counts = readCounts(file)
  const lines: string[] = []
  const failures: string[] = []
  let [declared, sent] = [0, 0]
  const known = new Set([...declaredResponses.keys(), ...undeclarableResponses.keys()])
  for (const row of counts.keys()) if (!known.has(row)) failures.push(`unknown operation: ${row}`)
  for (const [row, allowed] of [...declaredResponses, ...undeclarableResponses]) {
    const of = counts.get(row) ?? new Map<string, number>()
    for (const response of of.keys())
      if (!allowed.includes(response)) failures.push(`sent, not declared: ${row} ${response}`)
    if (!declaredResponses.has(row)) {
      lines.push(`${row.padEnd(25)}         ${statuses(of)}`)
      continue
    }
    const missing = allowed.filter((response) => !of.has(response))
    for (const response of missing) failures.push(`declared, never sent: ${row} ${response}`)
    for (const response of allowed)
      if (!seen.has(`${row} ${response}`)) failures.push(`not seen by Prism: ${row} ${response}`)
    declared += allowed.length
    sent += allowed.length - missing.length
    const share = percent(allowed.length - missing.length, allowed.length)
    lines.push(`${row.padEnd(25)} ${share}  ${statuses(of)}`)
  }
  lines.push(
    `contract coverage: ${sent} of ${declared} declared responses` +
      ` of ${declaredResponses.size} operations, ${percent(sent, declared).trim()}`,
    ...failures,
  )
  const table = `${lines.join('\n')}\n`
  writeFileSync(TABLE, table)
  process.stdout.write(`\n${table}`)
  return failures.length === 0
}

function readCounts(file: string): Counts {
  const counts: Counts = new Map()
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const [row = '', response = '', count] = line.split('\t')
    const ofRow = counts.get(row) ?? new Map<string, number>()
    counts.set(row, ofRow.set(response, (ofRow.get(response) ?? 0) + Number(count)))
  }
  return counts
}

/** Rounded down, so that 100 means all. */
function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`.padStart(6)
}

function statuses(counts: Map<string, number>): string {
  const sums = new Map<string, number>()
  for (const [response, count] of [...counts].sort()) {
    const status = response.slice(0, 3)
    sums.set(status, (sums.get(status) ?? 0) + count)
  }
  return [...sums].map(([status, count]) => `${status}×${count}`).join(' ')
}
