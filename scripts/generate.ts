// npm run generate: sdk/contract.gen.ts from openapi.yaml. With --check it fails when the file is not what the contract makes.
import { execFileSync } from 'node:child_process'

execFileSync(
  process.execPath,
  [
    'node_modules/openapi-typescript/bin/cli.js',
    'openapi.yaml',
    '--default-non-nullable=false',
    '--enum-values',
    '--root-types',
    '--root-types-no-schema-prefix',
    '-o',
    'sdk/contract.gen.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
