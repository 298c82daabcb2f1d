import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { chromiumHere } from './chromium-here.ts'

/** A Chromium for the tests of a file. */
export function launchChromium(): {
  context(options?: BrowserContextOptions): Promise<BrowserContext>
  page(options?: BrowserContextOptions): Promise<Page>
} {
  let browser: Awaited<ReturnType<typeof playwright.launch>>
  const home = mkdtempSync(join(tmpdir(), 'docket-chromium-'))
  beforeAll(async () => {
    const how = await chromiumHere()
    browser = await playwright.launch({ ...how, env: { ...how.env, HOME: home } })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    rmSync(home, { recursive: true, force: true })
  })
  const context = async (options: BrowserContextOptions = {}) => {
    const made = await browser.newContext({ locale: 'en', ...options })
    made.setDefaultTimeout(30_000)
    onTestFinished(() => made.close())
    return made
  }
  return { context, page: async (options) => (await context(options)).newPage() }
}

/**
 * Collects what a page complains about: console errors, uncaught exceptions and violations of its
 * policy.
 *
 * @param but what the test itself brings about: a response that it has the server give, or a
 *   network that is gone
 */
export function watchComplaints(page: Page, but?: RegExp): () => void {
  const complaints: string[] = []
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`
    if (message.type() === 'error' && !but?.test(text)) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return () => expect(complaints).toEqual([])
}
