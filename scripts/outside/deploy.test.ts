import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { send } from '../../server/testing/person.ts'
import { startProcess } from '../../server/testing/process.ts'
import { install, works } from './program.ts'

const UNPRIVILEGED = 65_534

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'docket-deploy-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  chmodSync(made, 0o755)
  return made
}

test('the image has everything, and runs without rights but for its data', async () => {
  const dockerfile = readFileSync('deploy/Dockerfile', 'utf8')
  const [build, image] = [directory(), directory()]
  // Its last RUN of the build, on what git has.
  execFileSync('git', ['checkout-index', '--all', `--prefix=${build}/`])
  const [, lean = ''] = /^RUN (npm ci --workspace .*)$/m.exec(dockerfile) ?? []
  execFileSync('sh', ['-c', lean], {
    cwd: build,
    stdio: 'ignore',
    env: { ...process.env, NODE_ENV: '' },
  })
  const copies = [...dockerfile.matchAll(/^COPY --from=build (.+) (\S+)$/gm)]
  expect(copies.length).toBeGreaterThan(3)
  for (const [, sources = '', to = ''] of copies) {
    for (const source of sources.split(' ')) {
      const path = source.replace('/docket/', '')
      // What `npm run build` makes is here already.
      const from = path.endsWith('dist') ? path : join(build, path)
      cpSync(from, to.endsWith('/') ? join(image, to, basename(path)) : join(image, to), {
        recursive: true,
        verbatimSymlinks: true,
      })
    }
  }
  const data = join(image, 'data')
  mkdirSync(data, { mode: 0o700 })
  chownSync(data, UNPRIVILEGED, UNPRIVILEGED)
  const node = join(image, 'node')
  cpSync(process.execPath, node)
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? []
  const words = (JSON.parse(command) as string[]).slice(1)
  const environment = {
    NODE_ENV: 'production',
    RATE_LIMIT: 'on',
    BETTER_AUTH_SECRET: randomBytes(32).toString('base64'),
    DATA_DIR: data,
    REDIS_URL: 'redis://127.0.0.1:1',
  }
  const server = await startProcess(environment, [
    'setpriv',
    `--reuid=${UNPRIVILEGED}`,
    `--regid=${UNPRIVILEGED}`,
    '--clear-groups',
    'env',
    '-C',
    image,
    node,
    ...words,
  ])
  expect((await send(`${server.url}/readyz`)).body).toEqual({ status: 'ok' })
  for (const page of ['/', '/docs/', '/openapi.yaml'])
    expect((await send(`${server.url}${page}`)).status).toBe(200)
  expect(await server.end('SIGTERM')).toBe(0)
}, 300_000)

test('the systemd unit is valid, and starts what is in the repository', () => {
  if (!works('systemd-analyze', '--version')) install('systemd')
  const text = readFileSync('deploy/docket.service', 'utf8')
  const [, node = '', main = ''] =
    /^ExecStart=\/opt\/docket\/(\S+) \/opt\/docket\/(\S+)$/m.exec(text) ?? []
  expect([existsSync(node), existsSync(main)]).toEqual([true, true])
  const root = directory()
  mkdirSync(join(root, dirname(node)), { recursive: true })
  cpSync(process.execPath, join(root, node))
  const unit = join(root, 'docket.service')
  writeFileSync(unit, text.replaceAll('/opt/docket', root))
  // Whatever it does not know it says, and ends with 0.
  expect(
    execFileSync('sh', ['-c', `systemd-analyze verify ${unit} 2>&1`], { encoding: 'utf8' }),
  ).toBe('')
})
