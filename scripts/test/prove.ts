// npm run prove: everything long. The suite with ten times the generated requests, and the proofs
// of cost, on both databases and on both versions of Node (the pinned one and the next), then the
// seeded defects.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Not a dependency: only this script needs it. */
const NEXT_NODE = '26.10.0'
const COST = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'cost']
const LONG = { LONG_PROOFS: 'on' }

const directory = mkdtempSync(join(tmpdir(), 'docket-node-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
step('Node for the next version', 'npm', [
  'install',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--prefix',
  directory,
  `node@${NEXT_NODE}`,
])

for (const node of [process.execPath, join(directory, 'node_modules/.bin/node')]) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  step(`the suite on the embedded database, Node ${version}`, node, ['scripts/test/suite.ts'], {
    ...LONG,
    TEST_DATABASE_URL: '',
  })
  step(
    `the suite on PostgreSQL, Node ${version}`,
    node,
    ['scripts/test/postgres.ts', 'scripts/test/suite.ts'],
    LONG,
  )
  step(`cost on the embedded database, Node ${version}`, node, COST, {
    ...LONG,
    TEST_DATABASE_URL: '',
  })
  step(`cost on PostgreSQL, Node ${version}`, node, ['scripts/test/postgres.ts', ...COST], LONG)
}
step('seeded defects turn a check red', process.execPath, [
  'scripts/test/postgres.ts',
  'scripts/defects/seeded-defects.ts',
])

function step(
  name: string,
  command: string,
  words: string[],
  environment: Record<string, string> = {},
): void {
  const started = Date.now()
  process.stdout.write(`\n=== ${name}\n`)
  const { status } = spawnSync(command, words, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  const seconds = Math.round((Date.now() - started) / 1000)
  process.stdout.write(`=== ${name}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds} s\n`)
  if (status !== 0) process.exit(1)
}
