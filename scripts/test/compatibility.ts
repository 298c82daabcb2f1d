// `openapi.yaml` is compatible with the contract of the last release, or its version says that it
// is not.
import { spawnSync } from 'node:child_process'

const base = [
  '--config',
  'proofs/contract/compatibility.yaml',
  'proofs/contract/released.yaml',
  'openapi.yaml',
]
// By itself the command fails on every breaking change; a version that was raised enough allows
// one.
const { status } = spawnSync(
  process.execPath,
  ['node_modules/@redocly/cli/bin/cli.js', 'diff', ...base, '--fail-on', 'none', '--check-version'],
  {
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
