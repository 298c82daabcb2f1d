// npm run generate: sdk/contract.gen.ts from openapi.yaml, once the linter finds nothing. With
// --check it fails when the file is not what the contract makes.
import { spawnSync } from 'node:child_process'

const GENERATE = [
  '--default-non-nullable=false',
  '--enum-values',
  '--root-types',
  '--root-types-no-schema-prefix',
  '-o',
  'sdk/contract.gen.ts',
]

for (const words of [
  ['node_modules/@redocly/cli/bin/cli.js', 'lint', 'openapi.yaml'],
  ['scripts/generate/operations.ts', ...process.argv.slice(2)],
  [
    'node_modules/openapi-typescript/bin/cli.js',
    'openapi.yaml',
    ...GENERATE,
    ...process.argv.slice(2),
  ],
]) {
  if (spawnSync(process.execPath, words, { stdio: 'inherit' }).status !== 0) process.exit(1)
}
