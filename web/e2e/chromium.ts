import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { bundledChromium } from './bundled-chromium.ts'

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** Without these, Chromium asks hosts of its maker for things that no test needs. */
const QUIET = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--disable-gpu']

/** A Chromium for the tests of a file: the one named by CHROME_PATH, the machine's own, or the one that npm brought. */
export function launchChromium(): { context(options?: BrowserContextOptions): Promise<BrowserContext>; page(options?: BrowserContextOptions): Promise<Page> } {
  let browser: Awaited<ReturnType<typeof playwright.launch>>
  const home = mkdtempSync(join(tmpdir(), 'docket-chromium-'))
  beforeAll(async () => {
    const installed = process.env.CHROME_PATH ?? INSTALLED.find((path) => existsSync(path))
    const { path, environment } = installed ? { path: installed, environment: {} } : await bundledChromium()
    browser = await playwright.launch({ executablePath: path, args: QUIET, chromiumSandbox: false, env: { ...process.env, HOME: home, ...environment } })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    rmSync(home, { recursive: true, force: true })
  })
  const context = async (options: BrowserContextOptions = {}) => {
    const made = await browser.newContext({ locale: 'en', ...options })
    made.setDefaultTimeout(10_000)
    onTestFinished(() => made.close())
    return made
  }
  return { context, page: async (options) => (await context(options)).newPage() }
}

/** Collects what a page complains about: console errors, uncaught exceptions and violations of its policy. */
export function watchComplaints(page: Page): () => void {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return () => expect(complaints).toEqual([])
}
