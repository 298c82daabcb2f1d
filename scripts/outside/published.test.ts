import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startService, type TestService } from '../../server/testing/service.ts'
import { launchChromium } from '../../web/e2e/support/chromium.ts'
import { samples } from '../generate/samples.ts'
import { run } from './program.ts'

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  devDependencies: Record<string, string>
}
/**
 * What a developer outside this repository has besides the package: Node from the first that the
 * package takes to the newest.
 */
const NODE = `node-${process.platform}-${process.arch}`
const TOOLS = {
  node20: `npm:${NODE}@20.3.0`,
  node24: `npm:${NODE}@${devDependencies.node}`,
  node26: `npm:${NODE}@26.10.0`,
  deno: '2.9.6',
  bun: '1.4.5',
  typescript: devDependencies.typescript,
  publint: '0.3.25',
  '@arethetypeswrong/cli': '0.18.5',
  '@hey-api/openapi-ts': '0.99.0',
  orval: '8.38.0',
}
const chromium = launchChromium()
const project = mkdtempSync(join(tmpdir(), 'docket-project-'))
const bin = (name: string) => join(project, 'node_modules', '.bin', name)
const inProject = (command: string, ...words: string[]) =>
  run(command, words, { NO_COLOR: '1', FORCE_COLOR: undefined }, '', project)
const readme = readFileSync('sdk/README.md', 'utf8')
const [, program = '', printed] =
  /```ts\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(readme) ?? []

let service: TestService
let tarball: string
beforeAll(async () => {
  service = await startService({ keep: true })
  await run('npm', ['pack', '--silent', '--pack-destination', project], {}, '', resolve('sdk'))
  tarball = join(project, readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '')
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      type: 'module',
      dependencies: { '@docket/sdk': `file:${tarball}`, ...TOOLS },
    }),
  )
  await inProject('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error')
  writeFileSync(
    join(project, 'program.mjs'),
    program.replaceAll('http://127.0.0.1:8000', service.url),
  )
}, 300_000)
afterAll(async () => {
  await service?.close()
  rmSync(project, { recursive: true, force: true })
})

describe('the package, installed into an empty project', () => {
  test('has what it needs and nothing else', async () => {
    const files = (await inProject('tar', '-tzf', tarball)).trim().split('\n')
    expect(files.filter((name) => !name.startsWith('package/dist/')).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'openapi.yaml', 'package.json'].map(
        (name) => `package/${name}`,
      ),
    )
    expect(files.filter((name) => /test|\.map$|(?<!\.d)\.ts$/.test(name))).toEqual([])
    expect(readFileSync(join(project, 'node_modules/@docket/sdk/openapi.yaml'), 'utf8')).toBe(
      readFileSync('openapi.yaml', 'utf8'),
    )
  })

  test.each([
    ['node20', 'node_modules/node20/bin/node'],
    ['node24', 'node_modules/node24/bin/node'],
    ['node26', 'node_modules/node26/bin/node'],
    ['Deno', 'node_modules/.bin/deno', 'run', '--allow-net', '--allow-env'],
    ['Bun', 'node_modules/.bin/bun', 'run'],
  ])('runs the program of its README in %s', async (_, runtime, ...words) => {
    expect(await inProject(join(project, runtime), ...words, 'program.mjs')).toBe(printed)
  })

  test('runs the program of its README in Chromium', async () => {
    const page = await chromium.page()
    const [lines, complaints]: string[][] = [[], []]
    page.on('console', (message) =>
      (message.type() === 'log' ? lines : complaints)?.push(message.text()),
    )
    page.on('pageerror', (error) => complaints?.push(String(error)))
    const imports = {
      '@docket/sdk': '/packages/@docket/sdk/dist/index.js',
      'openapi-fetch': '/packages/openapi-fetch/dist/index.mjs',
    }
    const body =
      `<link rel="icon" href="data:,"><script ` +
      `type="importmap">${JSON.stringify({ imports })}</script><script type="module" ` +
      'src="/program.mjs"></script>'
    await page.route(`${service.url}/program.html`, (route) =>
      route.fulfill({ body, contentType: 'text/html' }),
    )
    await page.route(`${service.url}/program.mjs`, (route) =>
      route.fulfill({ path: join(project, 'program.mjs') }),
    )
    await page.route(`${service.url}/packages/**`, (route) =>
      route.fulfill({
        path: join(
          project,
          'node_modules',
          new URL(route.request().url()).pathname.slice('/packages/'.length),
        ),
      }),
    )
    await page.goto(`${service.url}/program.html`)
    await expect.poll(() => `${lines?.join('\n')}\n`).toBe(printed)
    // The one response that the program provokes: a version that is stale.
    expect(complaints).toEqual([expect.stringContaining('412')])
  })

  test.each(['nodenext', 'bundler'])(
    'type-checks under every strictness with "moduleResolution": "%s"',
    async (moduleResolution) => {
      const calls = [...samples].map(
        ([id, { typescript }]) =>
          `export async function ${id}({ docket, list, task, session }: World) {\n${typescript}\n}`,
      )
      const world =
        "import type { DocketClient, List, Session, Task } from '@docket/sdk'\n" +
        'interface World { docket: DocketClient; list: List; task: Task; session: Session }\n'
      writeFileSync(join(project, 'samples.ts'), world + calls.join('\n'))
      writeFileSync(join(project, 'program.ts'), program)
      const strict = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noImplicitOverride: true,
        noEmit: true,
        types: [],
      }
      const compilerOptions = {
        ...strict,
        module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
        moduleResolution,
        target: 'es2022',
        lib: ['es2022', 'dom', 'dom.iterable'],
      }
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['program.ts', 'samples.ts'] }),
      )
      expect(await inProject(bin('tsc'), '-p', '.')).toBe('')
    },
  )

  test('publint and attw find nothing', async () => {
    expect(await inProject(bin('publint'), '--strict', 'node_modules/@docket/sdk')).toContain(
      'All good!',
    )
    expect(
      await inProject(
        bin('attw'),
        '--profile',
        'esm-only',
        '--exclude-entrypoints',
        'openapi.yaml',
        '--no-emoji',
        tarball,
      ),
    ).toContain('OK (ESM)')
  }, 60_000)
})

describe('a client that another generator makes of the contract', () => {
  test('@hey-api/openapi-ts: accepted without a warning; creates, lists and deletes', async () => {
    const said = await inProject(
      'bash',
      '-c',
      `'${bin('openapi-ts')}' -i '${resolve('openapi.yaml')}' -o hey --no-log-file 2>&1`,
    )
    expect(said).not.toMatch(/warn|error|skip/i)
    const credentials =
      `{ email: \`ada.\${Date.now()}@example.org\`, password: 'correct ` + `horse battery' }`
    writeFileSync(
      join(project, 'with-hey.ts'),
      `import { createTask, deleteTask, listTasks, signup } from './hey'
import { client } from './hey/client.gen'
client.setConfig({ baseUrl: '${service.url}' })
const { data: grant } = await signup({ body: ${credentials}, throwOnError: true })
client.setConfig({ auth: () => grant.access_token })
const path = { user_id: grant.user.id }
const { data: task } = await createTask({ path, body: { title: 'Pay the rent' }, ` +
        `throwOnError: true })
const { data: list } = await listTasks({ path, query: { label: ['none'] }, throwOnError: true })
console.log((await listTasks({ path, throwOnError: true })).data.items.map(({ title }) => ` +
        `title), list.items.length)
await deleteTask({ path: { ...path, task_id: task.id }, throwOnError: true })
console.log((await listTasks({ path, throwOnError: true })).data.total)
const { error } = await createTask({ path, body: { title: '' } })
console.log(error?.code)
`,
    )
    expect(await inProject(bin('bun'), 'run', 'with-hey.ts')).toBe(
      '[ "Pay the rent" ] 0\n0\ninvalid_body\n',
    )
    await typeChecks('with-hey.ts')
  }, 60_000)

  test('orval: accepted without a warning, and what it makes compiles', async () => {
    const said = await inProject(
      'bash',
      '-c',
      `'${bin('orval')}' --input '${resolve('openapi.yaml')}' --output orval/docket.ts ` +
        '--client fetch 2>&1',
    )
    expect(said).not.toMatch(/warn|error|skip/i)
    await typeChecks('orval/docket.ts')
  }, 60_000)
})

async function typeChecks(file: string): Promise<void> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  expect(await inProject(bin('tsc'), '-p', '.')).toBe('')
}
