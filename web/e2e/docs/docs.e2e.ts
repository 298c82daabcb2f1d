import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problemCodes } from '../../../server/problems.ts'
import { startService, type TestService } from '../../../server/testing/service.ts'
import { launchChromium, watchComplaints } from '../support/chromium.ts'

const chromium = launchChromium()
const dist = fileURLToPath(new URL('../../../docs/dist/', import.meta.url))
const pages = readdirSync(dist).filter((name) => name.endsWith('.html'))
const guides = pages.filter((name) => name !== 'reference.html')
const axe = readFileSync(
  fileURLToPath(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url)),
  'utf8',
)

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

/** Nothing but this origin can be reached; what was asked of others is told. */
async function alone(page: Page, origin: string): Promise<string[]> {
  const elsewhere: string[] = []
  await page.route(
    (url) => url.origin !== origin && /^https?:/.test(url.protocol),
    (route) => {
      elsewhere.push(route.request().url())
      return route.abort()
    },
  )
  return elsewhere
}

const looks = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 360 },
  { scheme: 'dark', width: 360 },
] as const

interface Violation {
  id: string
  nodes: { html: string }[]
}

describe.each([1280, 360])('%i pixels wide', (width) => {
  test.each(guides)(
    'the page %s shows itself under its policy, from this server alone, and axe finds nothing',
    async (name) => {
      const page = await chromium.page({ viewport: { width, height: 800 } })
      const noComplaints = watchComplaints(page)
      const elsewhere = await alone(page, service.url)
      await page.goto(`${service.url}/docs/${name === 'index.html' ? '' : name}`)
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(
        true,
      )
      noComplaints()
      // Given by the test's own hand, which no policy of the page stops.
      await page.evaluate(axe)
      for (const [colorScheme, rules] of [
        ['light', ''],
        ['dark', "{ runOnly: ['color-contrast'] }"],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${rules})`)
        expect([colorScheme, violations.map(({ id, nodes }) => [id, nodes[0]?.html])]).toEqual([
          colorScheme,
          [],
        ])
      }
      expect(elsewhere).toEqual([])
    },
  )
})

test.each(looks)(
  'the reference renders under its policy, offline ($scheme, $width px)',
  async ({ scheme, width }) => {
    const page = await chromium.page({ colorScheme: scheme, viewport: { width, height: 800 } })
    const noComplaints = watchComplaints(page)
    const elsewhere = await alone(page, service.url)
    await page.goto(`${service.url}/docs/reference`, { waitUntil: 'networkidle' })
    await page.getByRole('heading', { name: 'Docket' }).first().waitFor()
    expect(elsewhere).toEqual([])
    noComplaints()
  },
)

test('every link of every guide leads to a page and a heading that is there', async () => {
  const idsOf = (name: string) =>
    new Set(
      [...readFileSync(`${dist}${name}`, 'utf8').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id),
    )
  let links = 0
  for (const name of guides) {
    for (const [, href = ''] of readFileSync(`${dist}${name}`, 'utf8').matchAll(
      /<a[^>]* href="([^"]+)"/g,
    )) {
      if (/^https:\/\//.test(href)) continue
      const { pathname, hash } = new URL(href, `http://site/${name}`)
      const target = pathname === '/' ? 'index.html' : pathname.slice(1)
      expect([name, href, (await fetch(`${service.url}/docs/${target}`)).status]).toEqual([
        name,
        href,
        200,
      ])
      if (hash && target.endsWith('.html'))
        expect([name, href, idsOf(target).has(hash.slice(1))]).toEqual([name, href, true])
      links += 1
    }
  }
  expect(links).toBeGreaterThan(100)
})

test('the `type` of every problem leads to a heading of its own', async () => {
  const page = await chromium.page()
  for (const code of problemCodes) {
    await page.goto(`${service.url}/docs/problems#${code}`)
    expect(await page.locator(':target').innerText()).toBe(code)
  }
})

test('the keyboard can skip the navigation', async () => {
  const page = await chromium.page()
  await page.goto(`${service.url}/docs/`)
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('To the text')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(
    await page.evaluate('document.querySelector("main").contains(document.activeElement)'),
  ).toBe(true)
})

test('the site works from any folder of a static host, with both samples', async () => {
  const host = 'http://static.example'
  const page = await chromium.page()
  const noComplaints = watchComplaints(page)
  const elsewhere = await alone(page, host)
  await page.route(`${host}/some/folder/**`, (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({
      path: `${dist}${pathname.slice('/some/folder/'.length) || 'index.html'}`,
    })
  })
  await page.goto(`${host}/some/folder/`)
  await page.getByRole('link', { name: 'Reference' }).first().click()
  // What is shown at first is text; it can be used once the script has taken it over.
  await page.waitForLoadState('networkidle')
  await page.getByText('Program sessions').first().click()
  await page.getByText('Get the user of a token').first().click()
  await page.getByText('/api/auth/verify"').first().waitFor()
  await page.getByRole('button', { name: 'curl' }).last().click()
  await page.getByRole('menuitem', { name: 'TypeScript' }).click()
  await page.getByText('docket.verify()').first().waitFor()
  await page.getByText('Docket', { exact: true }).first().click()
  await page.getByRole('link', { name: 'Guides' }).first().click()
  await page.getByRole('heading', { name: 'Docket for developers' }).waitFor()
  expect(elsewhere).toEqual([])
  noComplaints()
})
