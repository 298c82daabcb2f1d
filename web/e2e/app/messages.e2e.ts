import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { ada, openApp, signIn, taskOf, titleOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('errors are said in words for people: sign-up, sign-in, passwords, limits', async () => {
  const app = await openApp(chromium, { but: /4\d\d/ })
  const { page, url, context } = app
  await page.goto(url)
  const submit = async (button: string, email: string, password: string) => {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: button, exact: true }).click()
  }
  const said = (text: string) => page.getByRole('alert').getByText(text, { exact: true }).waitFor()
  await submit('Sign in', ada.email, 'wrong horse')
  await said("That email and password don't match.")
  await page.getByRole('button', { name: 'New to Docket? Create an account' }).click()
  await submit('Sign up', 'a@b', 'correct horse battery')
  await said('Enter a valid email address.')
  await submit('Sign up', 'grace@example.org', 'short')
  await said('Use at least 8 characters for the password.')
  await submit('Sign up', ada.email, 'correct horse battery')
  await said("There's already an account with this email. Sign in instead?")
  const limited = (seconds: number) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    contentType: 'application/problem+json',
    body: JSON.stringify({
      type: '/docs/problems#rate_limited',
      status: 429,
      code: 'rate_limited',
      detail: 'Too many requests. Try again after the seconds in Retry-After.',
    }),
  })
  await context.route('**/sign-up/email', (route) => route.fulfill(limited(45)))
  await submit('Sign up', 'grace@example.org', 'correct horse battery')
  await said('Too many attempts. Try again in 45 seconds.')
  app.noComplaints()
})

test('a wrong password on the account page is said as what it is', async () => {
  const app = await openApp(chromium, { but: /422/ })
  const { page } = app
  await signIn(app)
  await page.getByRole('link', { name: 'Account' }).first().click()
  await page.getByLabel('Current password').fill('wrong horse')
  await page.getByLabel('New password').fill('another horse battery')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page
    .getByRole('alert')
    .getByText("That isn't your current password.", { exact: true })
    .waitFor()
  await page.getByRole('button', { name: 'Delete account…' }).click()
  await page.getByLabel('Your password').fill('wrong horse')
  await page.getByRole('button', { name: 'Delete account', exact: true }).click()
  await page.getByRole('dialog').getByText('Wrong password.', { exact: true }).waitFor()
  app.noComplaints()
})

test('an active filter is always visible, with counts, and can be cleared there', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await docket.createTask({ body: { title: 'Urgent', priority: 'high' } })
  for (const title of ['One', 'Two']) await docket.createTask({ body: { title } })
  await signIn(app)
  await taskOf(page, 'Two').waitFor()
  const filter = page.getByRole('button', { name: 'Filter', exact: true })
  await filter.click()
  await page.getByLabel('Priority', { exact: true }).selectOption('high')
  await filter.click()
  await page.getByText('1 of 3', { exact: true }).waitFor()
  await page.getByText('Priority: high', { exact: true }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Remove filter Priority: high' }).click()
  await taskOf(page, 'Two').waitFor()
  app.noComplaints()
})

test('a title from right to left is written so, in its row and in its field', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await docket.createTask({ body: { title: 'שלום עולם!' } })
  await signIn(app)
  await taskOf(page, 'שלום').waitFor()
  // A title in Hebrew has its exclamation mark at its end, which is at the left.
  const [title, row] = [titleOf(page, 'שלום').locator('span').first(), titleOf(page, 'שלום')]
  expect([
    await title.getAttribute('dir'),
    await title.evaluate((element) => getComputedStyle(element).direction),
  ]).toEqual(['auto', 'rtl'])
  await row.click()
  expect(
    await page
      .getByLabel('Title', { exact: true })
      .evaluate((element) => getComputedStyle(element).direction),
  ).toBe('rtl')
  await page.keyboard.press('Escape')
  app.noComplaints()
})
