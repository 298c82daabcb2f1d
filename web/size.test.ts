import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const dist = join(import.meta.dirname, 'dist')
const sizeOf = (path: string) => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length

/**
 * Bytes after gzip: what a first visit loads before it shows anything, and the parts that come when
 * they are first used.
 */
const FIRST = { script: 82_000, style: 9_000 }
const LATER: Record<string, number> = {
  account: 14_000,
  chips: 1_000,
  copies: 800,
  'color-field': 600,
  due: 6_000,
  icons: 2_000,
  shortcuts: 1_500,
  'label-dialog': 1_200,
  labelled: 500,
  'list-dialog': 1_500,
  lists: 1_000,
  'local-time': 800,
  'manual-list': 15_000,
  markdown: 48_000,
  palette: 2_000,
  priorities: 250,
  rule: 500,
  // With Temporal, which browsers have not all.
  series: 53_000,
  'several-tasks': 1_000,
  'signed-in': 40_000,
  // wouter, by the name of its folder.
  src: 2_000,
  'task-editor': 5_000,
  workspace: 10_500,
}

test('a first visit loads at most 82 kB of script; each later part has a limit', () => {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const first = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(js|css))"/g)].map(
    ([, path, kind]) => ({ path: path as string, kind }),
  )
  const total = (kind: string) =>
    first.filter((each) => each.kind === kind).reduce((sum, { path }) => sum + sizeOf(path), 0)
  const worker = readFileSync(join(dist, 'sw.js'), 'utf8')
  const parts = [...worker.matchAll(/\/assets\/([\w-]+?)-[\w-]{8}\.js/g)].filter(
    ([path]) => !first.some((each) => each.path === path),
  )
  const sizes = Object.fromEntries(parts.map(([path, name]) => [name as string, sizeOf(path)]))
  process.stdout.write(
    `first visit: ${total('js')} bytes of script, ${total('css')} of style; later: ` +
      `${JSON.stringify(sizes)}\n`,
  )
  expect(total('js')).toBeLessThanOrEqual(FIRST.script)
  expect(total('css')).toBeLessThanOrEqual(FIRST.style)
  expect(Object.keys(sizes).sort()).toEqual(Object.keys(LATER).sort())
  for (const [name, size] of Object.entries(sizes))
    expect([name, size <= (LATER[name] as number)]).toEqual([name, true])
})
