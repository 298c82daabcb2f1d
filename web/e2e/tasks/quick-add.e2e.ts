import { expect, test } from 'vitest'
import { RECURRING, REPEATED } from '../../../proofs/words/recurring-titles.ts'
import { LEFT_ALONE, NOW, READ, type Reading } from '../../../proofs/words/titles.ts'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  day,
  intercept,
  openApp,
  signIn,
  taskOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

const paste = (page: import('playwright-core').Page, text: string) =>
  page.getByLabel('New task').evaluate((input, pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text', pasted)
    input.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    )
  }, text)

test('real titles are read right; text that only looks like a date stays text', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await page.clock.setFixedTime(new Date(`${NOW.day}T${NOW.time}:00Z`))
  await signIn(app)
  const field = page.getByLabel('New task')
  const expected: [line: string, reading: Reading][] = [
    ...READ,
    ...RECURRING,
    ...[...LEFT_ALONE, ...REPEATED].map((line): [string, Reading] => [line, { title: line }]),
  ]
  for (const [line] of expected) {
    await field.fill(line)
    if (REPEATED.includes(line)) await page.getByText('To repeat it, end with words').waitFor()
    await field.press('Enter')
  }
  await arrived(page)
  const tasks: Reading[] = []
  for await (const task of docket.tasks({ sort: 'created_at' })) {
    tasks.push({
      title: task.title,
      ...(task.due_date ? { day: task.due_date } : {}),
      ...(task.due_time ? { time: task.due_time } : {}),
      ...(task.labels.length > 0 ? { labels: task.labels } : {}),
      ...(task.priority === 'none' ? {} : { priority: task.priority }),
      ...(task.recurrence ? { rule: task.recurrence.rule } : {}),
      ...(task.recurrence?.from === 'completion' ? { isAfter: true } : {}),
    })
  }
  expect(tasks.map((task, index) => [expected[index]?.[0], task])).toEqual(expected)
  app.noComplaints()
}, 120_000)

test('a task added in Today or Upcoming is in it; Completed and Trash have no field', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await signIn(app, '/today')
  await add(page, 'Buy milk')
  await page.getByLabel('New task').fill('Call Ada today 23:59')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Call Ada').waitFor()
  await page.getByRole('link', { name: 'Upcoming' }).first().click()
  await add(page, 'Plan the week')
  await page.getByLabel('New task').fill('No day at all')
  await page.getByRole('button', { name: 'Remove date' }).click()
  await page.getByLabel('New task').press('Enter')
  await page.getByText('Added “No day at all”').first().waitFor()
  for (const view of ['Completed', 'Trash']) {
    await page.getByRole('link', { name: view }).first().click()
    await page.getByRole('heading', { name: view }).waitFor()
    expect(await page.getByLabel('New task').count()).toBe(0)
  }
  await page.keyboard.press('n')
  await page.getByLabel('New task').waitFor()
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'created_at' })).items.map(({ title, due_date }) => [
      title,
      due_date,
    ]),
  ).toEqual([
    ['Buy milk', day(0)],
    ['Call Ada', day(0)],
    ['Plan the week', day(1)],
    ['No day at all', null],
  ])
  app.noComplaints()
})

test('pasted tasks are taken back by z, all of them', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await signIn(app)
  await add(page, 'Stays')
  await page.getByLabel('New task').focus()
  await paste(page, Array.from({ length: 60 }, (_, index) => `Line ${index + 1}`).join('\n'))
  await page.getByRole('button', { name: 'Add 60 tasks' }).click()
  await taskOf(page, 'Line 1').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('z')
  await page
    .getByRole('link', { name: /^Inbox\s*1$/ })
    .first()
    .waitFor()
  expect(await titlesOf(page)).toEqual(['Stays'])
  await arrived(page)
  expect((await docket.listTasks()).items.map(({ title }) => title)).toEqual(['Stays'])
  app.noComplaints()
})

test('lengths are counted and cut by characters, emoji too', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await signIn(app)
  await page.getByLabel('New task').focus()
  const family = '👩‍👩‍👧‍👦'
  const [split, joined, long] = [
    `${'a'.repeat(498)}😀${'b'.repeat(50)}`,
    `${'c'.repeat(495)}${family}${'d'.repeat(50)}`,
    'e'.repeat(40_000),
  ]
  await paste(page, ['First', split, joined, long, 'Last'].join('\n'))
  await page.getByRole('button', { name: 'Add 7 tasks' }).click()
  await taskOf(page, 'Last').waitFor()
  await page.getByLabel('New task').fill('😀'.repeat(500))
  await page.getByLabel('New task').press('Enter')
  await page.getByLabel('New task').fill('😀'.repeat(501))
  await page.getByText('1 character too long (501/500)').waitFor()
  await arrived(page)
  const { items } = await docket.listTasks({ sort: 'position', limit: 50 })
  expect(items.map(({ title, description }) => [title, description])).toEqual([
    ['😀'.repeat(500), null],
    ['First', null],
    [`${'a'.repeat(498)}😀…`, split],
    [`${'c'.repeat(495)}…`, joined],
    [`${'e'.repeat(499)}…`, 'e'.repeat(16_000)],
    [`${'e'.repeat(499)}…`, 'e'.repeat(16_000)],
    [`${'e'.repeat(499)}…`, 'e'.repeat(8_000)],
    ['Last', null],
  ])
  app.noComplaints()
})

test('one refused task holds up none of those pasted with it', async () => {
  const app = await openApp(chromium, { but: /422/ })
  const { page, docket } = app
  await signIn(app)
  await intercept(app, '**/operations', async (route) => {
    const { operations } = route.request().postDataJSON() as {
      operations: { value?: { title: string } }[]
    }
    const bad = operations.findIndex(({ value }) => value?.title === 'Bad')
    if (bad < 0) return route.continue()
    const errors = [
      {
        in: 'body',
        pointer: `/operations/${bad}/value/title`,
        code: 'max_length',
        detail: 'Must be at most 2 characters long.',
      },
    ]
    const problem = {
      type: '/docs/problems#invalid_body',
      title: '',
      status: 422,
      detail: 'The body does not fit.',
      code: 'invalid_body',
      request_id: 'x',
      errors,
    }
    await route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify(problem),
    })
  })
  await page.getByLabel('New task').focus()
  await paste(page, 'One\nTwo\nBad\nThree\nFour')
  await page.getByRole('button', { name: 'Add 5 tasks' }).click()
  const refused = page.getByRole('alert').filter({ hasText: "Couldn't save “Bad”" })
  await refused.getByText('Title is too long.').waitFor()
  await expect
    .poll(async () =>
      (await docket.listTasks({ sort: 'position' })).items.map(({ title }) => title),
    )
    .toEqual(['One', 'Two', 'Three', 'Four'])
  expect(await titlesOf(page)).toEqual(['One', 'Two', 'Three', 'Four'])
  await app.context.unroute('**/operations')
  await refused.getByRole('button', { name: 'Try again' }).click()
  await arrived(page)
  expect((await docket.listTasks({ sort: 'position' })).items.map(({ title }) => title)).toEqual([
    'One',
    'Two',
    'Bad',
    'Three',
    'Four',
  ])
  app.noComplaints()
})
