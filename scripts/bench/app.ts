// npm run bench -- app: how much more work 10,000 tasks are for the page of the app than 100, while
// it scrolls and while it searches. Prints milliseconds of the main thread, the number of long
// tasks (50 ms and more, W3C Long Tasks), and the ratio.
import { Console } from 'node:console'
import { type Page, chromium as playwright } from 'playwright-core'
import { createDocket } from '../../sdk/index.ts'
import { chromiumHere } from '../../web/e2e/support/chromium-here.ts'
import { median } from './median.ts'
import { docket, openServers, settings } from './servers.ts'

const SIZES = [100, 10_000]
const ROUNDS = 7
const SHOWN = 60_000
const COUNT_LONG_TASKS = `
  globalThis.longTasks = []
  new PerformanceObserver((list) => longTasks.push(...list.getEntries()))
    .observe({ type: 'longtask' })
`

interface Work {
  milliseconds: number
  longTasks: number
}

const servers = await openServers('docket_app')
const browser = await playwright.launch(await chromiumHere())
try {
  const { url } = await servers.start(docket(), { ...settings, LOG_LEVEL: 'warn' })
  const pages = new Map<number, Page>()
  for (const size of SIZES) pages.set(size, await openPage(url, size))
  const measured: Record<string, Record<number, Work[]>> = { scroll: {}, search: {} }
  // In turns: a machine that becomes slower does so for both.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [size, page] of pages) {
      await page.bringToFront()
      await page.evaluate('scrollTo(0, 0)')
      await page.getByLabel('Search').fill('')
      await frames(page)
      for (const [name, act] of Object.entries({ scroll, search })) {
        const works = (measured[name] as Record<number, Work[]>)[size] ?? []
        works.push(await workOf(page, () => act(page)))
        Object.assign(measured[name] as object, { [size]: works })
      }
    }
  }
  const [few, many] = SIZES as [number, number]
  const row = (works: Record<number, Work[]>) => {
    const [less, more] = [few, many].map((size) =>
      median((works[size] as Work[]).map(({ milliseconds }) => milliseconds)),
    ) as [number, number]
    return {
      [`${few} tasks, ms`]: Math.round(less),
      [`${many} tasks, ms`]: Math.round(more),
      ratio: Math.round((more / less) * 100) / 100,
      'long tasks': Math.min(...(works[many] as Work[]).map(({ longTasks }) => longTasks)),
    }
  }
  new Console(process.stdout).table(
    Object.fromEntries(Object.entries(measured).map(([name, works]) => [name, row(works)])),
  )
} finally {
  await browser.close()
  await servers.close()
}

/** The list of an account with so many tasks, which are on the device already. */
async function openPage(url: string, size: number): Promise<Page> {
  const who = { email: `app-${size}@example.org`, password: 'correct horse battery' }
  const client = createDocket({ baseUrl: url })
  await client.signup({ body: who })
  for (let start = 0; start < size; start += 1_000) {
    const items = Array.from({ length: Math.min(size, 1_000) }, (_, index) => ({
      title: `Task ${start + index}`,
      labels: [`label ${index % 20}`],
      priority: 'low' as const,
    }))
    await client.importTasks({ body: { items } })
  }
  const context = await browser.newContext({ locale: 'en', timezoneId: 'UTC' })
  const page = await context.newPage()
  await page.goto(`${url}/`)
  await page.getByLabel('Email').fill(who.email)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Task 0', { exact: true }).waitFor({ timeout: SHOWN })
  await page.getByRole('link', { name: new RegExp(`Inbox\\s*${size}`) }).waitFor({ timeout: SHOWN })
  await page.evaluate(COUNT_LONG_TASKS)
  await page.mouse.move(700, 400)
  return page
}

/** What the main thread of a page does meanwhile. */
async function workOf(page: Page, act: () => Promise<void>): Promise<Work> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  const longTasks = () => page.evaluate<number>('longTasks.splice(0).length')
  await longTasks()
  const before = await spent()
  await act()
  const milliseconds = (await spent()) - before
  const work = { milliseconds, longTasks: await longTasks() }
  await session.detach()
  return work
}

async function scroll(page: Page): Promise<void> {
  for (let step = 0; step < 20; step += 1) {
    await page.mouse.wheel(0, 900)
    await frames(page)
  }
}

async function search(page: Page): Promise<void> {
  await page.getByLabel('Search').focus()
  for (const key of '42') {
    await page.keyboard.press(key)
    await frames(page)
  }
  await page.getByText('Task 42', { exact: true }).waitFor()
}

/** Until two frames have been drawn. */
async function frames(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
  )
}
