import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { openApp, signIn, taskOf, tasksOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('10,000 tasks: some dozens of rows, also while scrolling and searching', async () => {
  const app = await openApp(chromium)
  const { docket, page, url } = app
  for (let start = 0; start < 10_000; start += 1_000) {
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      title: `Task ${start + index}`,
      labels: [`label ${index % 20}`],
      priority: 'low' as const,
    }))
    await docket.importTasks({ body: { items } })
  }
  await signIn(app, '/today')
  await page.getByRole('link', { name: /Inbox\s*10000/ }).waitFor({ timeout: 60_000 })
  // As every later visit: the tasks are on the device.
  await page.goto(url)
  await taskOf(page, 'Task 0').waitFor({ timeout: 30_000 })
  expect(await tasksOf(page).first().getAttribute('aria-setsize')).toBe('10000')
  expect(await tasksOf(page).count()).toBeLessThan(60)

  const rows: number[] = []
  const shown = async () => {
    await page.evaluate(() => new Promise(requestAnimationFrame))
    rows.push(await tasksOf(page).count())
  }
  await page.mouse.move(700, 400)
  for (let step = 0; step < 20; step += 1) {
    await page.mouse.wheel(0, 900)
    await shown()
  }
  expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(5_000)
  await page.getByLabel('Search').focus()
  for (const key of '4321') {
    await page.keyboard.press(key)
    await shown()
  }
  await taskOf(page, 'Task 4321').waitFor()
  expect(Math.max(...rows)).toBeLessThan(60)
  app.noComplaints()
}, 120_000)
