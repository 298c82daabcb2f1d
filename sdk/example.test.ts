import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startService } from '../server/testing/service.ts'

test('the program in the README prints what the README says', async () => {
  const { url } = await startService()
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const [, program = '', printed] =
    /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(readme) ?? []
  const file = fileURLToPath(new URL(`readme-${process.pid}.probe.ts`, import.meta.url))
  onTestFinished(() => rmSync(file))
  writeFileSync(
    file,
    program.replace("'@docket/sdk'", "'./index.ts'").replace('http://127.0.0.1:8000', url),
  )
  // Not a synchronous one: the server answers from this very process.
  expect((await promisify(execFile)(process.execPath, [file])).stdout).toBe(printed)
})
