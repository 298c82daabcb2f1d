import { defineConfig } from 'vitest/config'

const common = {
  globalSetup: ['server/testing/template.ts'],
  setupFiles: ['server/testing/record-responses.ts'],
  pool: 'forks' as const,
  // Only against hangs: a machine may be slow, or busy with something else.
  testTimeout: 120_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    maxWorkers: 2,
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
        },
      },
      // What needs a program that neither Node nor npm brings: part of `npm run check`, not of `npm
      // test`.
      { test: { ...common, name: 'outside', include: ['scripts/outside/*.test.ts'] } },
      // What breaks things around the server, each with a database of its own.
      {
        test: {
          name: 'faults',
          include: ['scripts/faults/*.test.ts'],
          pool: 'forks',
          testTimeout: 240_000,
        },
      },
    ],
  },
})
