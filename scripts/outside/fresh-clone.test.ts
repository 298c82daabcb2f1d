import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { send } from '../../server/testing/person.ts'
import { startProcess } from '../../server/testing/process.ts'

test('fresh clone: `npm start` installs, builds and serves API, app and docs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'docket-clone-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  execFileSync('git', ['clone', '--quiet', process.cwd(), directory])
  // The machine's own Node, not the one that npm brought to this clone.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => !dir.includes('node_modules'))
  const server = await startProcess(
    {
      ...process.env,
      PATH: path.join(delimiter),
      DATABASE_URL: '',
      DATA_DIR: join(directory, '.data'),
    } as Record<string, string>,
    ['npm', '--prefix', directory, 'start'],
  )
  expect((await send(`${server.url}/readyz`)).body).toEqual({ status: 'ok' })
  expect((await send(server.url)).body).toContain('<title>Docket</title>')
  expect((await send(`${server.url}/docs/`)).body).toContain('Docket')
  expect(await server.end('SIGTERM')).toBe(0)
}, 300_000)
