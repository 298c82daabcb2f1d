import type { BrowserContext, BrowserContextOptions, Locator, Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { createDocket, type DocketClient } from '../../../sdk/index.ts'
import { startService, type TestService } from '../../../server/testing/service.ts'
import { watchComplaints } from './chromium.ts'

export const ada = { email: 'ada@example.org', password: 'correct horse battery' }

export interface Opened {
  service: TestService
  url: string
  /** Ada's other device. */
  docket: DocketClient
  context: BrowserContext
  page: Page
  /** That no page complained of anything but what the test brought about. */
  noComplaints: () => void
}

/** A server of its own, and a browser in which Ada is about to sign in. */
export async function openApp(
  chromium: { context(options?: BrowserContextOptions): Promise<BrowserContext> },
  {
    but,
    hasOwnTimeZone = false,
    ...options
  }: BrowserContextOptions & { but?: RegExp; hasOwnTimeZone?: boolean } = {},
): Promise<Opened> {
  const service = await startService()
  const docket = createDocket({ baseUrl: service.url })
  await docket.signup({ body: ada })
  // Where the time zone of a context is set, a test cannot change it.
  const context = await chromium.context({
    ...(hasOwnTimeZone ? {} : { timezoneId: 'UTC' }),
    ...options,
  })
  const checks: (() => void)[] = []
  context.on('page', (opened) => checks.push(watchComplaints(opened, but)))
  const page = await context.newPage()
  return {
    service,
    url: service.url,
    docket,
    context,
    page,
    noComplaints: () => void checks.map((check) => check()),
  }
}

/** Ada in front of her tasks, at an address. */
export async function signIn(
  { page, url }: Pick<Opened, 'page' | 'url'>,
  path = '/',
): Promise<void> {
  await page.goto(`${url}${path}`)
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('searchbox', { name: 'Search' }).waitFor()
}

export const tasksOf = (page: Page): Locator =>
  page.getByRole('list', { name: 'Tasks' }).getByRole('listitem')
export const taskOf = (page: Page, title: string): Locator =>
  tasksOf(page).filter({ hasText: title })
/** What is pressed to open a task, and what has the focus when the keys are about it. */
export const titleOf = (page: Page, title: string): Locator =>
  page.locator('[data-task]').filter({ hasText: title })
export const titlesOf = (page: Page): Promise<string[]> =>
  page.locator('[data-task] > span:first-child').allInnerTexts()

export async function add(page: Page, ...titles: string[]): Promise<void> {
  for (const title of titles) {
    await page.getByLabel('New task').fill(title)
    await page.getByLabel('New task').press('Enter')
    await taskOf(page, title).waitFor()
  }
}

/** Until the app is kept on the device, and its worker answers for the page. */
export async function installed(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated')
}

/**
 * Has the test answer requests of all tabs from here on, where one is open already. Chromium now
 * and then loses an interception that begins while the worker takes the page over (then every
 * request goes past the test), so that comes first; one from before the page was opened is not
 * lost.
 */
export async function intercept(
  { page, context }: Pick<Opened, 'page' | 'context'>,
  url: string,
  handler: (route: Route) => Promise<unknown>,
): Promise<void> {
  await installed(page)
  await context.route(url, handler)
}

/**
 * From here on the page is behind, as on a phone that has much to do: each piece of work takes the
 * time of a frame, so that React puts off the next.
 */
export async function slowDown(page: Page): Promise<void> {
  await page.evaluate(() => {
    const now = performance.now.bind(performance)
    let spent = 0
    performance.now = () => {
      spent += 8
      return now() + spent
    }
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (...args: unknown[]) {
      setTimeout(() => Reflect.apply(post, this, args), 300)
    }
  })
}

/**
 * Until nothing is on its way to the server any more. On a busy machine a try can fail, and the
 * next one comes up to 15 s later.
 */
export async function arrived(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(countOf, 'outbox'), { timeout: 60_000 }).toBe(0)
}

/** Until no text is half typed any more: it is a change of its task, on its way or there. */
export async function saved(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(countOf, 'drafts')).toBe(0)
}

/** How many entries the stores of this name on the device hold. */
async function countOf(store: string): Promise<number> {
  let count = 0
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name as string)
      opening.onerror = reject
      opening.onsuccess = () => resolve(opening.result)
    })
    count += await new Promise<number>((resolve) => {
      const counting = database.transaction(store).objectStore(store).count()
      counting.onsuccess = () => resolve(counting.result)
    })
    database.close()
  }
  return count
}

/** A day from today on, in UTC. */
export const day = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
