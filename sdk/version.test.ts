import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contract } from '../server/contract/document.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const versionOf = (path: string) => (JSON.parse(read(path)) as { version: string }).version

test('package and changelogs have the version of the contract', () => {
  const minor = contract.info.version.split('.').slice(0, 2).join('.')
  expect(versionOf('package.json')).toMatch(new RegExp(`^${minor}\\.\\d+$`))
  expect(versionOf('../package.json')).toBe(contract.info.version)
  expect(/^## (\S+) - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md'))?.[1]).toBe(
    versionOf('package.json'),
  )
  expect(/^## (\S+) - \d{4}-\d\d-\d\d$/m.exec(read('../CHANGELOG.md'))?.[1]).toBe(
    contract.info.version,
  )
})
