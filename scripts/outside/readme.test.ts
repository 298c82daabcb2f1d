import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dataDirectory, startProcess } from '../../server/testing/process.ts'
import { install, works } from './program.ts'

const readme = readFileSync('README.md', 'utf8')

test.each(['README.md', 'docs/curl.md'])(
  '%s: the transcript, pasted into a shell, prints what is below it',
  async (file) => {
    if (!works('curl', '--version')) install('curl')
    const [, commands, printed] =
      /```sh transcript\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(
        readFileSync(file, 'utf8'),
      ) as unknown as [string, string, string]
    const server = await startProcess({ DATA_DIR: dataDirectory() })
    const { stdout, stderr, status } = spawnSync('bash', ['-e', '-u', '-o', 'pipefail'], {
      input: commands.replaceAll('http://127.0.0.1:8000', server.url),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
    const steady = (text: string) =>
      text
        .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
        .trim()
    expect(steady(stdout)).toBe(steady(printed))
  },
  60_000,
)

test('the README names every command of package.json and no other', () => {
  const named = new Set(
    [...readme.matchAll(/`npm (?:run )?([a-z:]+)[^`]*`/g)].map(([, name]) => name),
  )
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>
  }
  expect([...named].sort()).toEqual(Object.keys(scripts).sort())
})

test('.env.example names every variable that the server reads, and no other', () => {
  const inExample = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z_]+)=/gm)].map(
    ([, name]) => name,
  )
  const read = [
    ...readFileSync('server/config.ts', 'utf8').matchAll(/value(?:\(|, )'([A-Z_]+)'/g),
  ].map(([, name]) => name)
  expect([...new Set(inExample)].sort()).toEqual([...new Set(read)].sort())
})
