// npm run check -- faults: breaks what is around the server - kills it, takes its database away,
// fills the disk, floods it - while it is written to.
// Prints what was acknowledged, lost and doubled. With words, only the tests of the files they
// name.
import { spawnSync } from 'node:child_process'
import { clear, table } from '../faults/report.ts'

clear()
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'faults',
    '--project',
    'floods',
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
  },
)
process.stdout.write(`\n${table()}\n`)
process.exit(status ?? 1)
