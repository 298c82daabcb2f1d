import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../server/testing/network/free-port.ts'
import { launchChromium, watchComplaints } from '../support/chromium.ts'
import { taskOf, titleOf, titlesOf } from '../support/open-app.ts'

const chromium = launchChromium()
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What `npm run dev -- mock` runs: the app on Vite, and Prism behind it. */
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

test('every read journey of the app runs on the mock', async () => {
  const { web } = await startOnMock()
  const page = await chromium.page({ timezoneId: 'UTC' })
  await page.clock.setFixedTime('2026-11-27T10:00:00Z')
  const noComplaints = watchComplaints(page)
  await page.goto(web)
  await taskOf(page, 'Pay the rent').waitFor()
  expect(await titlesOf(page)).toEqual(['Call Grace', 'Pay the rent'])
  for (const [view, titles] of [
    ['Today', ['Call Grace']],
    ['Upcoming', ['Pay the rent']],
    [/^Home/, ['Move house', 'Pack']],
    ['Completed', ['Water the plants']],
    ['Trash', ['Learn to juggle']],
    ['money', ['Pay the rent']],
    ['Inbox', ['Call Grace', 'Pay the rent']],
  ] as const) {
    await page.getByRole('complementary').getByRole('link', { name: view }).click()
    await taskOf(page, titles[0]).waitFor()
    await page.waitForFunction(
      (count) => document.querySelectorAll('[data-task]').length === count,
      titles.length,
    )
    expect([view, await titlesOf(page)]).toEqual([view, titles])
  }
  await page.getByLabel('Search').fill('joint')
  await taskOf(page, 'Call Grace').waitFor({ state: 'detached' })
  await titleOf(page, 'Pay the rent').click()
  await page.locator('.prose').getByText('Before noon').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  const [response] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/operations')),
    page
      .getByLabel('New task')
      .fill('Call Alan')
      .then(() => page.getByLabel('New task').press('Enter')),
  ])
  expect(response.status()).toBe(200)

  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('list', { name: 'Devices' }).getByText('curl').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Tasks as JSON' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('docket-tasks-2026-11-24.json')
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByLabel('Email').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Account', exact: true }).waitFor()
  noComplaints()
})

test('what Prism refuses, or would not answer, is a problem of the contract', async () => {
  const { web, mock } = await startOnMock()
  const malformed = await fetch(`${mock}/api/auth/login`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  expect([malformed.status, ((await malformed.json()) as { code: string }).code]).toEqual([
    400,
    'malformed_json',
  ])
  const forbidden = await fetch(`${mock}/api/0199c2ef-1b20-7a55-8c3d-2e4f5a6b7c8d/tasks`, {
    headers: { authorization: 'Bearer x', prefer: 'code=403' },
  })
  expect([forbidden.status, ((await forbidden.json()) as { code: string }).code]).toEqual([
    403,
    'access_denied',
  ])
  const nowhere = await fetch(`${mock}/api/0199c2ef-1b20-7a55-8c3d-2e4f5a6b7c8d/tasks`, {
    headers: { authorization: 'Bearer x', prefer: 'code=409', origin: web },
  })
  expect([nowhere.status, nowhere.headers.get('access-control-allow-origin')]).toEqual([400, web])
})
