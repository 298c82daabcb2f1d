// npm test: the whole suite, then every response that the servers sent, compared with the contract
// by code that is not ours. With words, only the tests that they name.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { compareWithContract } from './coverage.ts'
import { checkWithPrism } from './prism.ts'

const RECORDS = 'coverage/responses'
const MAX_SHOWN = 20

const words = process.argv.slice(2)
rmSync(RECORDS, { recursive: true, force: true })
mkdirSync(RECORDS, { recursive: true })
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'suite', ...words],
  { stdio: 'inherit', env: { ...process.env, RECORDED_RESPONSES: RECORDS } },
)
if (status !== 0) process.exit(1)

const { checked, seen, violations } = await checkWithPrism(RECORDS)
process.stdout.write(
  `\nPrism checked ${checked} distinct responses and found ${violations.length} violations.\n`,
)
for (const violation of violations.slice(0, MAX_SHOWN)) process.stdout.write(`${violation}\n`)
const isWhole = words.length === 0
if (!isWhole) process.stdout.write('The coverage is computed for the whole suite only.\n')
const isCovered = !isWhole || compareWithContract(`${RECORDS}/counts.tsv`, seen)
process.exit(violations.length === 0 && isCovered ? 0 : 1)
