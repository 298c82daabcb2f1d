import { defineConfig } from 'vitest/config'

const common = {
  globalSetup: ['server/testing/template.ts'],
  setupFiles: ['server/testing/setup.ts'],
  pool: 'forks' as const,
  // The tests of a worker share its modules: loading the server takes longer than many files.
  isolate: false,
  // Only against hangs: a machine may be slow, or busy with something else.
  testTimeout: 120_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    // More than two cores: a test often waits for a database, a browser or a process.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...common,
          name: 'suite',
          include: [
            'server/**/*.test.ts',
            'sdk/*.test.ts',
            'web/*.test.ts',
            'web/e2e/**/*.e2e.ts',
            'proofs/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'proofs/cost/*'],
        },
      },
      // What requests may cost: minutes of measuring, part of `npm run check`.
      { test: { ...common, name: 'cost', include: ['proofs/cost/*.test.ts'] } },
      // What needs a program that neither Node nor npm brings: part of `npm run check`, not of `npm
      // test`.
      { test: { ...common, name: 'outside', include: ['scripts/outside/*.test.ts'] } },
      // What breaks things around the server, each with a database of its own.
      {
        test: {
          name: 'faults',
          include: ['scripts/faults/{database,embedded,killed,several}.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 240_000,
        },
      },
      // What measures how long others wait: alone, one file after the other.
      {
        test: {
          name: 'floods',
          include: ['scripts/faults/{abuse,flood}.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 240_000,
        },
      },
    ],
  },
})
