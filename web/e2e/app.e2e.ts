import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startService } from '../../server/testing/service.ts'
import { launchChromium, watchComplaints } from './chromium.ts'

const chromium = launchChromium()

async function signUp(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign up' }).click()
}

test('a person signs up, adds, completes and deletes tasks, and a reload shows what was done', async () => {
  const { url } = await startService()
  const page = await chromium.page()
  const noComplaints = watchComplaints(page)
  await page.goto(url)
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByText('Nothing to do').waitFor()

  const tasks = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem')
  for (const title of ['Pay the rent', 'Water the plants', '<b>Not bold</b>']) {
    await page.getByLabel('New task').fill(title)
    await page.getByLabel('New task').press('Enter')
    await tasks.filter({ hasText: title }).waitFor()
  }
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await tasks.filter({ hasText: 'Pay the rent' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Delete Water the plants' }).click()
  await tasks.filter({ hasText: 'Water the plants' }).waitFor({ state: 'detached' })
  await page.getByText('Deleted Water the plants').first().waitFor()

  await page.reload()
  await tasks.first().waitFor()
  expect(await tasks.allInnerTexts()).toEqual([expect.stringContaining('<b>Not bold</b>')])
  await page.getByRole('link', { name: 'Done' }).click()
  await tasks.filter({ hasText: 'Pay the rent' }).waitFor()
  expect(await page.getByRole('checkbox', { name: 'Pay the rent' }).isChecked()).toBe(true)
  noComplaints()
})

test('signing out ends the session on the server, and signing in again shows the tasks', async () => {
  const { url } = await startService()
  const context = await chromium.context()
  const page = await context.newPage()
  await page.goto(url)
  await signUp(page)
  await page.getByLabel('New task').fill('Pay the rent')
  await page.getByLabel('New task').press('Enter')
  await page.getByLabel('Pay the rent', { exact: true }).waitFor()
  expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual(['', 0, 0])
  expect((await context.cookies())[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' })

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect(await context.cookies()).toEqual([])
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('wrong horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('Invalid email or password').waitFor()
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Pay the rent', { exact: true }).waitFor()
})

test('a session that was ended elsewhere leads back to sign-in, and a server that is away is said', async () => {
  const { url, close } = await startService()
  const context = await chromium.context()
  const page = await context.newPage()
  await page.goto(url)
  await signUp(page)
  await page.getByText('Nothing to do').waitFor()
  const { token } = await (await context.request.get(`${url}/api/auth/token`)).json()
  await context.request.post(`${url}/api/auth/logout`, { headers: { authorization: `Bearer ${token}` } })
  await page.getByLabel('New task').fill('Too late')
  await page.getByLabel('New task').press('Enter')
  await page.getByText('Your session has ended').waitFor()
  await close()
  await page.getByLabel('E-mail').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The server cannot be reached').waitFor()
})
