// npm run check:rest: what `npm run check` does after `npm test`. Stops at the first step that
// fails, and says which.
import { spawnSync } from 'node:child_process'

const steps: [name: string, ...words: string[]][] = [
  ['lint, format and floors', 'node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'],
  ['the rules of the contract, and generated types are fresh', 'scripts/generate.ts', '--check'],
  ['nothing unused', 'node_modules/knip/bin/knip.js'],
  ['every answer seen by Prism too', 'scripts/through-prism.ts'],
  ['seeded defects turn a check red', 'scripts/seeded-defects.ts'],
  [
    'what needs other programs',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'outside',
    '--no-file-parallelism',
  ],
  // Without abuse.test.ts, which measures for nine minutes: npm run test:faults -- abuse
  [
    'nothing lost when things break',
    'scripts/faults.ts',
    '--exclude',
    'scripts/faults/abuse.test.ts',
  ],
  ['the suite on a real PostgreSQL', 'scripts/postgres.ts', 'scripts/suite.ts', '--without-web'],
]

for (const [name, ...words] of steps) {
  process.stdout.write(`\n=== ${name}\n`)
  const started = Date.now()
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  process.stdout.write(
    `=== ${name}: ${status === 0 ? 'ok' : 'FAILED'}, ${Math.round((Date.now() - started) / 1000)} s\n`,
  )
  if (status !== 0) process.exit(1)
}
