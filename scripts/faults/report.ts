import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Account } from './writers.ts'

const FILE = 'coverage/faults.jsonl'

/** A row of the table that the run prints at its end. */
export interface Row extends Account {
  fault: string
  times: number
  /** The longest, in milliseconds. */
  recovery: number
}

export function clear(): void {
  mkdirSync('coverage', { recursive: true })
  writeFileSync(FILE, '')
}

export function note(row: Row): void {
  appendFileSync(FILE, `${JSON.stringify(row)}\n`)
}

/** The table, as Markdown; blank where no test noted a row. */
export function table(): string {
  const rows = readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
  if (rows.length === 0) return ''
  const cells = [
    ['fault', 'times', 'acknowledged', 'lost', 'doubled', 'responses 503', 'longest recovery'],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:'],
    ...rows.map(({ fault, times, acknowledged, lost, doubled, refused, recovery }) => [
      fault,
      times,
      acknowledged,
      lost,
      doubled,
      refused,
      `${recovery} ms`,
    ]),
  ]
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
}
