// npm start | test | dev | mock | ... : node scripts/ready.mjs <command>
// Brings a fresh clone to where the command can run, then runs it. Only Node's built-ins, and
// nothing newer than Node 20.
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
/** Node's cache of compiled modules. It makes the next start a fifth faster. */
const cache = process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'node')
const script = (name, ...more) => [join(root, 'scripts', name), ...more]
const tool = (path, ...more) => [join(root, 'node_modules', path), ...more]

const build = script('build.ts')
const types = [tool('typescript/bin/tsc', '-p', '.'), tool('typescript/bin/tsc', '-p', 'web')]
/** On a PostgreSQL of its own: it starts ten times as fast as the embedded database. */
const onPostgres = (name) =>
  script('test/postgres.ts', '--or-embedded', join(root, 'scripts', name))

/** Measured, so on a cluster that waits for the disk. */
const measured = (name) => script('test/postgres.ts', '--durable', join(root, 'scripts', name))

/**
 * What each command runs, in order. The last one gets the words after the command, but for the word
 * that chooses between several of one command.
 */
const COMMANDS = {
  install: [],
  build: [script('build.ts', '--all')],
  start: [build, [join(root, 'server', 'main.ts')]],
  dev: [build, script('dev.ts', 'server')],
  'dev mock': [build, script('dev.ts', 'mock')],
  mock: [script('mock.ts')],
  docs: [script('docs/docs.ts')],
  'docs screenshots': [build, script('docs/screenshots.ts')],
  generate: [script('generate/generate.ts')],
  test: [build, ...types, onPostgres('test/suite.ts')],
  check: [build, onPostgres('check.ts')],
  bench: [build, measured('bench/compare.ts')],
  'bench growth': [build, measured('bench/growth.ts')],
  'bench profile': [build, measured('bench/profile.ts')],
  'bench app': [build, measured('bench/app.ts')],
  'bench versions': [build, measured('bench/versions.ts')],
  prove: [build, script('test/prove.ts')],
}

const given = process.argv.slice(2)
const name = `${given[0]} ${given[1]}` in COMMANDS ? `${given[0]} ${given[1]}` : given[0]
const words = given.slice(name?.split(' ').length)
const steps = COMMANDS[name]
if (!steps) {
  process.stderr.write(
    `There is no command ${name}; there are ${Object.keys(COMMANDS).join(', ')}.\n`,
  )
  process.exit(2)
}

if (!isInstalled()) {
  process.stderr.write('Installing what package-lock.json names...\n')
  // Under NODE_ENV=production npm would leave out the very Node that runs the server.
  await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
}
for (const [index, step] of steps.entries()) {
  await run(join(bin, 'node'), index === steps.length - 1 ? [...step, ...words] : step)
}

function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  return (
    existsSync(join(bin, 'node')) &&
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  )
}

function run(command, words) {
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        REDOCLY_TELEMETRY: 'off',
        NODE_COMPILE_CACHE: cache,
      },
    })
    const pass = (signal) => child.kill(signal)
    process.on('SIGINT', pass).on('SIGTERM', pass)
    child.on('error', (error) => {
      process.stderr.write(`${command} did not start: ${error.message}\n`)
      process.exit(1)
    })
    child.on('exit', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      if (code === 0) return resolve()
      process.exit(signal === null ? code : 1)
    })
  })
}
