// npm test: the whole suite, then the table of all it was answered, held against the contract. With
// words, only the tests they name; with --without-web all but those of the web app, which are the
// same on every database.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { declaredAnswers, undeclarableAnswers } from '../server/testing/answer-rows.ts'

const ANSWERS = 'coverage/answers.tsv'
const TABLE = 'coverage/contract.txt'

const WITHOUT_WEB = '--without-web'
const words = process.argv.slice(2).filter((word) => word !== WITHOUT_WEB)
const isWithoutWeb = process.argv.includes(WITHOUT_WEB)
const excluded = isWithoutWeb ? ['--exclude', 'web/**'] : []
mkdirSync('coverage', { recursive: true })
rmSync(ANSWERS, { force: true })
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'suite', ...excluded, ...words],
  {
    stdio: 'inherit',
    env: { ...process.env, ANSWERS_FILE: ANSWERS },
  },
)
if (status !== 0) process.exit(1)
if (words.length === 0) compare()
else process.stdout.write('The table of answers is made only of the whole suite.\n')

/** Row -> answer -> how often it was given. */
function readAnswers(): Map<string, Map<string, number>> {
  const answers = new Map<string, Map<string, number>>()
  for (const line of readFileSync(ANSWERS, 'utf8').trim().split('\n')) {
    const [row = '', answer = '', count] = line.split('\t')
    const ofRow = answers.get(row) ?? new Map<string, number>()
    answers.set(row, ofRow.set(answer, (ofRow.get(answer) ?? 0) + Number(count)))
  }
  return answers
}

function compare(): void {
  const answers = readAnswers()
  const lines: string[] = []
  const faults: string[] = []
  let [declared, given] = [0, 0]
  const known = new Set([...declaredAnswers.keys(), ...undeclarableAnswers.keys()])
  faults.push(
    ...[...answers.keys()]
      .filter((row) => !known.has(row))
      .map((row) => `answers of nobody known: ${row}`),
  )
  for (const [row, allowed] of [...declaredAnswers, ...undeclarableAnswers]) {
    const got = answers.get(row) ?? new Map<string, number>()
    faults.push(
      ...[...got.keys()]
        .filter((answer) => !allowed.includes(answer))
        .map((answer) => `answered, not declared: ${row} ${answer}`),
    )
    const missing = declaredAnswers.has(row)
      ? allowed.filter((answer) => !got.has(answer))
      : undefined
    if (missing) {
      if (!isWithoutWeb)
        faults.push(...missing.map((answer) => `declared, never answered: ${row} ${answer}`))
      declared += allowed.length
      given += allowed.length - missing.length
    }
    lines.push(
      `${row.padEnd(25)} ${missing ? percent(allowed.length - missing.length, allowed.length) : '      '}  ${statuses(got)}`,
    )
  }
  lines.push(
    `contract coverage: ${given} of ${declared} declared answers of ${declaredAnswers.size} operations, ${percent(given, declared).trim()}`,
    ...faults,
  )
  const table = `${lines.join('\n')}\n`
  writeFileSync(TABLE, table)
  process.stdout.write(`\n${table}`)
  if (faults.length > 0) process.exit(1)
}

/** Rounded down, so that 100 means all. */
function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`.padStart(6)
}

function statuses(got: Map<string, number>): string {
  const sums = new Map<string, number>()
  for (const [answer, count] of [...got].sort())
    sums.set(answer.slice(0, 3), (sums.get(answer.slice(0, 3)) ?? 0) + count)
  return [...sums].map(([status, count]) => `${status}×${count}`).join(' ')
}
