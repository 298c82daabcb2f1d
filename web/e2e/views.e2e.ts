import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { createDocket } from '../../sdk/index.ts'
import { startService } from '../../server/testing/service.ts'
import { launchChromium, watchComplaints } from './chromium.ts'

const chromium = launchChromium()
const ada = { email: 'ada@example.org', password: 'correct horse battery' }

/** Ada, signed in, in front of the app; and a client of hers, as another device would be. */
async function openApp() {
  const { url } = await startService()
  const docket = createDocket({ baseUrl: url })
  await docket.signup({ body: ada })
  const page = await chromium.page({ timezoneId: 'UTC' })
  const noComplaints = watchComplaints(page)
  const signIn = async (path = '/') => {
    await page.goto(`${url}${path}`)
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password').fill(ada.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('New task').waitFor()
  }
  return { url, docket, page, signIn, noComplaints }
}

const tasksOf = (page: Page) => page.getByRole('list', { name: 'Tasks' }).getByRole('listitem')
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

test('each view has an address of its own and shows its tasks, also after a reload: overdue first today', async () => {
  const { docket, page, signIn, noComplaints } = await openApp()
  await docket.createTask({ body: { title: 'Some day' } })
  await docket.createTask({ body: { title: 'Due today', due_date: day(0) } })
  await docket.createTask({ body: { title: 'Long overdue', due_date: day(-9) } })
  await docket.createTask({ body: { title: 'Next week', due_date: day(7) } })
  await docket.toggleTaskCompletion({ task: await docket.createTask({ body: { title: 'Done already' } }), body: { completed: true } })
  await docket.deleteTask({ task: await docket.createTask({ body: { title: 'Thrown away' } }) })

  await signIn('/today')
  await tasksOf(page).nth(1).waitFor()
  expect(await tasksOf(page).allInnerTexts()).toEqual([expect.stringContaining('Long overdue'), expect.stringContaining('Due today')])
  for (const [view, title] of [
    ['Upcoming', 'Next week'],
    ['Done', 'Done already'],
    ['Trash', 'Thrown away'],
  ] as const) {
    await page.getByRole('navigation').getByText(view).click()
    await tasksOf(page).filter({ hasText: title }).waitFor()
    expect([view, await tasksOf(page).count(), await page.title()]).toEqual([view, 1, `${view} - Docket`])
  }
  await page.reload()
  await tasksOf(page).filter({ hasText: 'Thrown away' }).waitFor()
  await page.getByRole('navigation').getByText('Inbox').click()
  await tasksOf(page).nth(3).waitFor()
  expect(await page.getByRole('link', { name: 'Inbox' }).innerText()).toContain('4')
  noComplaints()
})

test('what a line says is shown while it is typed and becomes priority and labels; `n` leads to the field', async () => {
  const { docket, page, signIn, noComplaints } = await openApp()
  await signIn()
  await page.keyboard.press('n')
  await page.keyboard.type('Pay the rent !high #home !whatever')
  await page.locator('#new-task-help').getByText('#home').waitFor()
  await page.keyboard.press('Enter')
  await tasksOf(page).filter({ hasText: 'Pay the rent !whatever' }).waitFor()
  await page.keyboard.type('Water the plants')
  await page.keyboard.press('Enter')
  await tasksOf(page).nth(1).waitFor()
  const { items } = await docket.listTasks({ sort: 'created_at' })
  expect(items.map(({ title, priority, labels }) => [title, priority, labels])).toEqual([
    ['Pay the rent !whatever', 'high', ['home']],
    ['Water the plants', 'none', []],
  ])
  noComplaints()
})

test('what is done or deleted leaves the view at once, and `z` or the button takes it back', async () => {
  const { docket, page, signIn, noComplaints } = await openApp()
  for (const title of ['Pay the rent', 'Water the plants']) await docket.createTask({ body: { title } })
  await signIn()
  const rent = tasksOf(page).filter({ hasText: 'Pay the rent' })
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await rent.waitFor({ state: 'detached' })
  await page.getByText('Done: Pay the rent').first().waitFor()
  await page.keyboard.press('z')
  await rent.waitFor()
  await page.getByRole('button', { name: 'Delete Pay the rent' }).click()
  await rent.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await rent.waitFor()
  expect((await docket.listTasks()).items.map(({ title, completed }) => [title, completed])).toEqual([
    ['Water the plants', false],
    ['Pay the rent', false],
  ])
  noComplaints()
})

test('what fails comes back, and says why', async () => {
  const { docket, page, signIn } = await openApp()
  await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn()
  await tasksOf(page).first().waitFor()
  await page.route('**/complete', (route) =>
    route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'invalid_body', detail: 'Not today' }) }),
  )
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await page.getByRole('alert').getByText('Not today').waitFor()
  await tasksOf(page).filter({ hasText: 'Pay the rent' }).waitFor()
  expect(await page.getByRole('checkbox', { name: 'Pay the rent' }).isChecked()).toBe(false)
})
