import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { ada, add, arrived, openApp, signIn } from '../support/open-app.ts'

const chromium = launchChromium()

test('sessions are listed, and one of another device is ended there', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await signIn(app)
  await page.goto(`${app.url}/account`)
  const sessions = page.getByRole('list', { name: 'Devices' }).getByRole('listitem')
  await sessions.nth(1).waitFor()
  expect(await sessions.filter({ hasText: 'This device' }).allInnerTexts()).toEqual([
    expect.stringContaining('Chrome on Linux'),
  ])
  await page.getByRole('button', { name: 'Sign out node' }).click()
  await sessions.nth(1).waitFor({ state: 'detached' })
  expect((await docket.result.listTasks()).error).toMatchObject({ status: 401 })
  app.noComplaints()
})

test('the password is changed, which ends every other session; a wrong one is said', async () => {
  const app = await openApp(chromium, { but: /422/ })
  const { page, docket } = app
  await signIn(app)
  await page.goto(`${app.url}/account`)
  await page.getByLabel('Current password').fill('wrong horse battery')
  await page.getByLabel('New password').fill('staple and another horse')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Current password').fill(ada.password)
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('Other devices were signed out').waitFor()
  expect((await docket.result.listTasks()).error).toMatchObject({ status: 401 })
  await docket.login({ body: { email: ada.email, password: 'staple and another horse' } })
  app.noComplaints()
})

test('a person takes their data along, and the name changes everywhere it is shown', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  await add(page, 'Pay the rent')
  await arrived(page)
  await page.goto(`${app.url}/account`)
  for (const [name, file, holds] of [
    ['All account data', /^docket-.*\.json$/, 'ada@example.org'],
    ['Tasks as JSON', /^docket-tasks-.*\.json$/, 'Pay the rent'],
    ['Tasks as CSV', /^docket-tasks-.*\.csv$/, 'Pay the rent'],
    ['Tasks as iCalendar', /^docket-tasks-.*\.ics$/, 'Pay the rent'],
  ] as const) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(file)
    expect(readFileSync(await download.path(), 'utf8')).toContain(holds)
  }
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor()
  await page.reload()
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor()
  app.noComplaints()
})

test('an account is deleted only with the password, and nothing of it is left', async () => {
  const app = await openApp(chromium, { but: /422|401/ })
  const { page, docket } = app
  await signIn(app)
  await add(page, 'Pay the rent')
  await arrived(page)
  await page.goto(`${app.url}/account`)
  await page.getByRole('button', { name: 'Delete account…' }).click()
  await page.getByText('Your task is deleted').waitFor()
  await page.getByLabel('Your password').fill('wrong horse battery')
  await page.getByRole('button', { name: 'Delete account', exact: true }).click()
  await page.getByRole('dialog').getByRole('alert').waitFor()
  await page.getByLabel('Your password').fill(ada.password)
  await page.getByRole('button', { name: 'Delete account', exact: true }).click()
  await page.getByText('Your account and all its data').waitFor()
  expect((await docket.result.login({ body: ada })).error).toMatchObject({ status: 401 })
  expect(
    await page.evaluate(async () => [(await indexedDB.databases()).length, localStorage.length]),
  ).toEqual([0, 0])
  app.noComplaints()
})
