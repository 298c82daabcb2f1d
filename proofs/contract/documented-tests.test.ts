import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test.each(['docs/limits.md', 'docs/security.md', 'docs/proofs.md'])(
  '%s names only tests that are there',
  (file) => {
    const there = globSync('{server,proofs,sdk,web,scripts}/**/*.{test,e2e}.ts', {
      exclude: (name) => name === 'node_modules',
    })
    const named = [...readFileSync(file, 'utf8').matchAll(/`([\w./-]+\.(?:test|e2e)\.ts)`/g)].map(
      ([, name = '']) => name,
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !there.some((each) => `/${each}`.endsWith(`/${name}`)))).toEqual(
      [],
    )
  },
)
