import { expect, test } from 'vitest'
import { PAIRS } from '../../../proofs/words/unicode-pairs.ts'
import { launchChromium } from '../support/chromium.ts'
import { openApp, signIn, taskOf, titlesOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('a search finds in the app what it finds on the server, in every script', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const titles = [...new Set(PAIRS.map(([title]) => title))]
  for (let from = 0; from < titles.length; from += 50)
    await docket.applyOperations({
      body: {
        operations: titles
          .slice(from, from + 50)
          .map((title) => ({ action: 'create_task', value: { title } })),
      },
    })
  await signIn(app)
  await page
    .getByRole('link', { name: new RegExp(`^Inbox\\s*${titles.length}`) })
    .first()
    .waitFor()
  const search = page.getByRole('searchbox', { name: 'Search' })
  const found: [query: string, title: string, byServer: boolean, byApp: boolean][] = []
  for (const [title, query] of PAIRS) {
    const { items } = await docket.listTasks({ q: query, limit: 200 })
    await search.fill(query)
    await page.getByText(`${items.length} of ${titles.length}`, { exact: true }).waitFor()
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll('[data-task] > span:first-child')].map(
        (element) => element.textContent,
      ),
    )
    if (items.length <= 10)
      expect([query, shown.sort()]).toEqual([query, items.map((task) => task.title).sort()])
    found.push([query, title, items.some((task) => task.title === title), shown.includes(title)])
  }
  expect(found).toEqual(PAIRS.map(([title, query, isFound]) => [query, title, isFound, isFound]))
  expect(PAIRS.length).toBeGreaterThanOrEqual(60)
  app.noComplaints()
}, 120_000)

test('spellings of one label are one label, everywhere', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.createTask({ body: { title: 'One', labels: ['Café'] } })
  await docket.createTask({ body: { title: 'Two', labels: ['Café'] } })
  await docket.createTask({ body: { title: 'Three', labels: ['cafe'] } })
  await signIn(app)
  await taskOf(page, 'Three').waitFor()
  const labels = page.getByRole('navigation', { name: 'Labels' })
  expect(await labels.getByRole('link').allInnerTexts()).toEqual([
    expect.stringMatching(/^Café\s*3$/),
  ])
  await labels.getByRole('link').click()
  await expect.poll(async () => (await titlesOf(page)).sort()).toEqual(['One', 'Three', 'Two'])
  await page
    .getByRole('link', { name: /^Inbox/ })
    .first()
    .click()
  await page.getByLabel('New task').fill('Four #CAFE')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Four').waitFor()
  await expect
    .poll(async () => (await docket.listTasks({ q: 'Four' })).items.map((task) => task.labels))
    .toEqual([['Café']])
  expect((await docket.getTaskCounts()).labels).toEqual([{ label: 'Café', open: 4 }])
  expect((await docket.listTasks({ label: ['CAFÉ'] })).total).toBe(4)
  app.noComplaints()
})
