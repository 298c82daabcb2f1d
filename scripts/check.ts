// npm run check: everything that CI runs. `npm run check -- rest` leaves out what `npm test` runs;
// the name of a part runs that part alone, with the words behind it. Stops at the first failure.
import { spawnSync } from 'node:child_process'

/** Tests of the suite that may depend on the database. The others run on PostgreSQL only. */
const OF_THE_DATABASE = [
  ...['auth', 'cleanup', 'database', 'lists', 'resource', 'tasks', 'transfer'].map(
    (folder) => `server/${folder}`,
  ),
  ...['model', 'walls', 'words/fold', 'words/local-time'].map((name) => `proofs/${name}`),
]

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project']

interface Part {
  about: string
  run: string[]
  /** What is run where no words are given. */
  words?: string[]
  environment?: Record<string, string>
}

const PARTS: Record<string, Part> = {
  types: { about: 'types', run: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  'web-types': { about: 'types of the app', run: ['node_modules/typescript/bin/tsc', '-p', 'web'] },
  tests: { about: 'the suite, and the coverage of the contract', run: ['scripts/test/suite.ts'] },
  lint: {
    about: 'lint and format',
    run: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'],
  },
  house: {
    about: 'boundaries, and the size of lines, files and folders',
    run: ['scripts/house.ts'],
  },
  contract: {
    about: 'the rules of the contract, and fresh generated files',
    run: ['scripts/generate/generate.ts', '--check'],
  },
  unused: { about: 'no unused file, export or dependency', run: ['node_modules/knip/bin/knip.js'] },
  defects: { about: 'seeded defects turn a check red', run: ['scripts/defects/seeded-defects.ts'] },
  model: {
    about: 'random sequences on tasks and lists leave what a plain model has',
    run: [...vitest, 'suite', 'proofs/model/model.test.ts'],
    environment: { MODEL_RUNS: '200' },
  },
  outside: {
    about: 'what needs other programs',
    run: [...vitest, 'outside', '--maxWorkers=2'],
  },
  // Without abuse.test.ts, which measures for nine minutes: npm run check -- faults abuse
  faults: {
    about: 'faults around the server lose no write',
    run: ['scripts/test/faults.ts'],
    words: ['--exclude', 'scripts/faults/abuse.test.ts'],
  },
  cost: {
    about: 'no request costs more than its share',
    run: [...vitest, 'cost', '--no-file-parallelism'],
  },
  'cost-embedded': {
    about: 'the same on the embedded database',
    run: [...vitest, 'cost', '--no-file-parallelism'],
    environment: { TEST_DATABASE_URL: '' },
  },
  embedded: {
    about: 'the embedded database',
    run: [...vitest, 'suite'],
    words: OF_THE_DATABASE,
    environment: { TEST_DATABASE_URL: '' },
  },
}

/** The parts that `npm test` runs. */
const OF_NPM_TEST = ['types', 'web-types', 'tests']

const [name, ...words] = process.argv.slice(2)
const chosen =
  name === undefined
    ? Object.keys(PARTS)
    : name === 'rest'
      ? Object.keys(PARTS).filter((part) => !OF_NPM_TEST.includes(part))
      : [name]
for (const part of chosen) {
  const { about, run, words: defaults = [], environment } = PARTS[part] ?? unknown(part)
  process.stdout.write(`\n=== ${part}: ${about}\n`)
  const started = Date.now()
  const { status } = spawnSync(
    process.execPath,
    [...run, ...(words.length > 0 ? words : defaults)],
    {
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    },
  )
  const seconds = Math.round((Date.now() - started) / 1_000)
  process.stdout.write(`=== ${part}: ${status === 0 ? 'ok' : 'FAILED'}, ${seconds} s\n`)
  if (status !== 0) process.exit(1)
}

function unknown(part: string): never {
  process.stderr.write(
    `There is no part ${part}; there are rest, ${Object.keys(PARTS).join(', ')}.\n`,
  )
  process.exit(2)
}
