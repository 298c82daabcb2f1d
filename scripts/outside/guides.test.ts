import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson } from '../../server/testing/person.ts'
import { dataDirectory } from '../../server/testing/process.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { launchChromium, watchComplaints } from '../../web/e2e/support/chromium.ts'
import { PAGES } from '../docs/guide-page.ts'
import { install, run, works } from './program.ts'

if (!works('curl', '--version')) install('curl')
const chromium = launchChromium()
const SERVER = 'http://127.0.0.1:8000'
const MOCK = 'http://127.0.0.1:4010'
const SECRET = 'a secret of the guides, of 32 and more'

interface Block {
  page: string
  language: string
  /** Where it runs, if not on the server that is there. */
  where: string | undefined
  code: string
  prints: string | undefined
}

/** The code of a guide, each with what stands below it. */
function blocksOf(page: string): Block[] {
  const markdown = readFileSync(`docs/guides/${page}.md`, 'utf8')
  const all = [...markdown.matchAll(/^```(\w+)(?: (\w+))?\n([\s\S]*?)^```$/gm)]
  return all.flatMap(([, language = '', where, code = ''], index) => {
    if (language === 'text') return []
    const [, below, , prints] = all[index + 1] ?? []
    return [{ page, language, where, code, prints: below === 'text' ? prints : undefined }]
  })
}

const guides = PAGES.map((page) => ({ page, blocks: blocksOf(page) }))
/** What has been asked for, to be run. */
const selected = new Set<string>()
function select(page: string, language: string, where?: string): Block[] {
  selected.add(`${page} ${language} ${where}`)
  return blocksOf(page).filter((block) => block.language === language && block.where === where)
}

const MARK = '---- next block ----'
const printedBy = (blocks: Block[]) => blocks.map(({ prints }) => prints ?? '')

/** Pastes the blocks into one shell, after the preparations, and gives what each printed. */
async function inShell(
  blocks: Block[],
  url: string,
  before: Block[] = [],
  environment: Record<string, string> = {},
): Promise<string[]> {
  const script = [...before, ...blocks].map(({ code }) => code).join(`printf '%s\\n' '${MARK}'\n`)
  const printed = await run(
    'bash',
    ['-e', '-u', '-o', 'pipefail'],
    environment,
    script.replaceAll(SERVER, url).replaceAll(MOCK, url),
  )
  return printed.split(`${MARK}\n`).slice(before.length)
}

/** A directory with the SDK installed, as `npm install` leaves it. */
function project(): string {
  const directory = mkdtempSync(join(tmpdir(), 'docket-guide-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(join(directory, 'node_modules', '@docket'), { recursive: true })
  symlinkSync(resolve('sdk'), join(directory, 'node_modules', '@docket', 'sdk'))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  return directory
}

/** Runs the blocks as one program, and gives what each printed. */
async function inNode(blocks: Block[], url: string): Promise<string[]> {
  const file = join(project(), 'program.ts')
  writeFileSync(
    file,
    blocks
      .map(({ code }) => code.replaceAll(SERVER, url).replaceAll(MOCK, url))
      .join(`console.log('${MARK}')\n`),
  )
  return (await run(process.execPath, [file])).split(`${MARK}\n`)
}

/** One for all, but for the guide that uses up its limits. */
let server: TestService
beforeAll(async () => {
  server = await startService({ keep: true, environment: { BETTER_AUTH_SECRET: SECRET } })
})
afterAll(() => server.close())
const serverFor = async (page: string) =>
  page === 'rate-limits'
    ? (await startService({ environment: { RATE_LIMIT: 'on' } })).url
    : server.url

async function startMock(): Promise<string> {
  const port = String(await freePort())
  const child = spawn(process.execPath, ['scripts/mock.ts'], {
    env: { ...process.env, MOCK_PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  await new Promise<void>((ready) =>
    child.stdout.on('data', (chunk) => String(chunk).includes('The mock answers') && ready()),
  )
  return `http://127.0.0.1:${port}`
}

const preparation = () => select('quick-start', 'sh')

test.each(guides.filter(({ page }) => select(page, 'sh').length > 0))(
  'what the guide $page does in the shell prints what stands there',
  async ({ page }) => {
    const blocks = select(page, 'sh')
    const before = page === 'quick-start' ? [] : preparation()
    expect(await inShell(blocks, await serverFor(page), before)).toEqual(printedBy(blocks))
  },
  60_000,
)

test.each(guides.filter(({ page }) => select(page, 'ts').length > 0))(
  'what the guide $page does in TypeScript prints what stands there',
  async ({ page }) => {
    const blocks = select(page, 'ts')
    expect(await inNode(blocks, await serverFor(page))).toEqual(printedBy(blocks))
  },
  60_000,
)

test('the program of the guide mock prints the same on the mock and on a server', async () => {
  const blocks = select('mock', 'ts', 'mock')
  for (const url of [await startMock(), server.url])
    expect(await inNode(blocks, url)).toEqual(printedBy(blocks))
}, 60_000)

test('the mock guide prints what it says, and Prism alone serves the contract', async () => {
  const blocks = select('mock', 'sh', 'mock')
  expect(await inShell(blocks, await startMock())).toEqual(printedBy(blocks))
  const [alone] = select('mock', 'sh', 'alone')
  const port = String(await freePort())
  const command = (alone?.code ?? '')
    .replace('4010', port)
    .replace('node_modules/@docket/sdk/openapi.yaml', 'openapi.yaml')
  const prism = spawn('bash', ['-c', `exec ${command}`], {
    env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  onTestFinished(() => void process.kill(-(prism.pid ?? 0), 'SIGKILL'))
  await new Promise<void>((ready) =>
    prism.stdout.on('data', (chunk) => String(chunk).includes('Prism is listening') && ready()),
  )
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
}, 60_000)

test('the page of the quick start does in a browser what stands there', async () => {
  const [block] = select('quick-start', 'html')
  const { url } = server
  const page = await chromium.page()
  const noComplaints = watchComplaints(page)
  // As a bundler would, the import map finds the packages.
  const imports = {
    '@docket/sdk': '/packages/sdk/dist/index.js',
    'openapi-fetch': '/packages/node_modules/openapi-fetch/dist/index.mjs',
  }
  const served = (block?.code ?? '').replace(
    '<title>',
    `<link rel="icon" href="data:,"><script ` +
      `type="importmap">${JSON.stringify({ imports })}</script><title>`,
  )
  await page.route(`${url}/page.html`, (route) =>
    route.fulfill({ body: served, contentType: 'text/html' }),
  )
  await page.route(`${url}/packages/**`, (route) =>
    route.fulfill({ path: route.request().url().slice(`${url}/packages/`.length) }),
  )
  await page.goto(`${url}/page.html`)
  await page.getByRole('listitem').waitFor()
  expect(`${await page.locator('body').innerText()}\n`).toBe(block?.prints)
  noComplaints()
}, 60_000)

test('what the guide hosting does prints what stands there', async () => {
  const blocks = select('hosting', 'sh', 'server')
  const [port, directory] = [String(await freePort()), dataDirectory()]
  const local = blocks.map((block) => ({
    ...block,
    code: block.code
      .replaceAll('8000', port)
      .replaceAll('./docket-data', directory)
      .replaceAll('npm start &', 'npm start >/dev/null &'),
  }))
  // Nothing of a developer's own settings, `.env` included.
  const none = { DATABASE_URL: '', DIRECT_DATABASE_URL: '', REDIS_URL: '', BETTER_AUTH_SECRET: '' }
  expect(await inShell(local, '', [], none)).toEqual(printedBy(blocks))
}, 120_000)

test('the Python of the guide migrating prints what stands there', async () => {
  const python =
    ['/usr/bin/python3', 'python3'].find((program) => works(program, '-c', 'import jwt')) ??
    '/usr/bin/python3'
  if (!works(python, '-c', 'import jwt')) install('python3', 'python3-jwt')
  const [block] = select('migrating', 'py')
  const response = await fetch(`${server.url}/api/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.org', password: 'correct horse battery' }),
  })
  const { access_token, user } = (await response.json()) as {
    access_token: string
    user: { id: string }
  }
  expect(
    await run(python, ['-c', block?.code ?? ''], {
      TOKEN: access_token,
      ME: user.id,
      BETTER_AUTH_SECRET: SECRET,
    }),
  ).toBe(block?.prints)
}, 180_000)

test('hosting: what is to be run after a restore ends every session', async () => {
  const restored = await startService()
  const ada = await newPerson(restored.url)
  const statements = select('hosting', 'sql').flatMap(({ code }) =>
    code.split(';').filter((each) => each.trim() !== ''),
  )
  expect(statements).toHaveLength(2)
  for (const statement of statements) await restored.database.rows({ sql: statement, values: [] })
  expect((await ada.send(ada.tasks)).status).toBe(401)
})

test('every block of every guide is one of those, and every guide is a page of the site', () => {
  expect(readdirSync('docs/guides').sort()).toEqual(PAGES.map((page) => `${page}.md`).sort())
  for (const { page, blocks } of guides) {
    const fences = readFileSync(`docs/guides/${page}.md`, 'utf8').match(/^```/gm)?.length ?? 0
    const outputs = blocks.filter(({ prints }) => prints !== undefined).length
    expect([page, fences]).toEqual([page, 2 * (blocks.length + outputs)])
    for (const { language, where } of blocks)
      expect([...selected]).toContain(`${page} ${language} ${where}`)
  }
})
