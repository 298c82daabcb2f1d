import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../server/testing/free-port.ts'
import { launchChromium, watchComplaints } from './chromium.ts'

const chromium = launchChromium()
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm run dev:mock` runs: the app on Vite, and Prism behind it. */
async function startOnMock(): Promise<{ web: string; mock: string }> {
  const [web, mock] = [await freePort(), await freePort()]
  const child = spawn(process.execPath, ['scripts/dev.ts', 'mock'], {
    cwd: root,
    env: { ...process.env, WEB_PORT: String(web), MOCK_PORT: String(mock), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (output.includes('The mock answers at') && output.includes('Local:')) resolve()
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
    void ended.then(() => reject(new Error(output)))
  })
  return { web: `http://localhost:${web}`, mock: `http://127.0.0.1:${mock}` }
}

test('the app runs on the mock: a person sees the tasks of the contract, adds one, signs out and in again', async () => {
  const { web, mock } = await startOnMock()
  const page = await chromium.page()
  const noComplaints = watchComplaints(page)
  await page.goto(web)
  const tasks = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem')
  await tasks.first().waitFor()
  expect(await tasks.allInnerTexts()).toEqual([expect.stringContaining('Pay the rent'), expect.stringContaining('Water the plants')])
  const [created] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/tasks')),
    page
      .getByLabel('New task')
      .fill('Call Grace')
      .then(() => page.getByLabel('New task').press('Enter')),
  ])
  expect(created.status()).toBe(201)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await tasks.first().waitFor()
  noComplaints()

  const malformed = await fetch(`${mock}/api/auth/login`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } })
  expect([malformed.status, ((await malformed.json()) as { code: string }).code]).toEqual([400, 'malformed_json'])
  const forbidden = await fetch(`${mock}/api/0199c2ef-1b20-7a55-8c3d-2e4f5a6b7c8d/tasks`, { headers: { authorization: 'Bearer x', prefer: 'code=403' } })
  expect([forbidden.status, ((await forbidden.json()) as { code: string }).code]).toEqual([403, 'access_denied'])
  const nowhere = await fetch(`${mock}/api/0199c2ef-1b20-7a55-8c3d-2e4f5a6b7c8d/tasks`, {
    headers: { authorization: 'Bearer x', prefer: 'code=409', origin: web },
  })
  expect([nowhere.status, nowhere.headers.get('access-control-allow-origin')]).toEqual([400, web])
})
