// npm run build: the SDK, the web app and the docs, each when something it is made of is newer than
// it.
import { execFileSync } from 'node:child_process'
import { globSync, rmSync, statSync } from 'node:fs'
import { compress } from './compress.ts'

const run = (...words: string[]) =>
  execFileSync(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] })

function makeWeb(): void {
  run('node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn')
  compress('web/dist')
}

/** From scratch, or a module that is gone would stay in the package. */
function makeSdk(): void {
  rmSync('sdk/dist', { recursive: true, force: true })
  run('node_modules/typescript/bin/tsc', '-p', 'sdk')
}

const parts = [
  { made: 'sdk/dist/index.js', from: ['sdk/*.ts', 'sdk/*.json'], make: makeSdk },
  {
    made: 'web/dist/index.html',
    from: ['rules/*', 'web/src/**', 'web/public/*', 'web/*.*', 'sdk/*.ts', 'scripts/compress.ts'],
    make: makeWeb,
  },
  {
    made: 'docs/dist/index.html',
    from: [
      'docs/*.*',
      'docs/guides/*',
      'openapi.yaml',
      'server/problems.ts',
      'scripts/{compress,docs,guide-page,samples}.ts',
      'server/contract/document.ts',
      'web/public/icon.svg',
      'package-lock.json',
    ],
    make: () => run('scripts/docs/docs.ts'),
  },
]

const all = process.argv.includes('--all')
for (const { made, from, make } of parts) {
  const newest = Math.max(...globSync(from).map((path) => statSync(path).mtimeMs))
  if (all || newest > (statSync(made, { throwIfNoEntry: false })?.mtimeMs ?? 0)) make()
}
