import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import lighthouse, { desktopConfig } from 'lighthouse'
import { type BrowserContext, chromium } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { createDocket } from '../../sdk/index.ts'
import { freePort } from '../../server/testing/network/free-port.ts'
import { startService } from '../../server/testing/service.ts'
import { chromiumHere } from '../../web/e2e/support/chromium-here.ts'

/** At least, of 100. */
const WANTED = {
  mobile: { performance: 95, accessibility: 100, 'best-practices': 100 },
  desktop: { performance: 100, accessibility: 100, 'best-practices': 100 },
}
type Form = keyof typeof WANTED

test.each(['mobile', 'desktop'] as Form[])(
  'Lighthouse, %s: fast, accessible and well made, before and after sign-in',
  async (form) => {
    const { url } = await startService()
    const ada = { email: 'ada@example.org', password: 'correct horse battery' }
    const docket = createDocket({ baseUrl: url })
    await docket.signup({ body: ada })
    for (const title of ['Pay the rent', 'Water the plants', 'Call Grace'])
      await docket.createTask({ body: { title, labels: ['home'] } })

    const port = await freePort()
    const context = await openBrowser(port)
    expect(['sign-in', form, await best(url, port, form)]).toEqual(['sign-in', form, WANTED[form]])
    const page = await context.newPage()
    await page.goto(url)
    await page.getByLabel('Email').fill(ada.email)
    await page.getByLabel('Password').fill(ada.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('checkbox', { name: 'Call Grace' }).waitFor()
    await page.close()
    expect(['inbox', form, await best(url, port, form)]).toEqual(['inbox', form, WANTED[form]])
  },
  300_000,
)

async function openBrowser(port: number): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'docket-lighthouse-'))
  const how = await chromiumHere()
  const context = await chromium.launchPersistentContext(profile, {
    ...how,
    args: [...(how.args ?? []), `--remote-debugging-port=${port}`],
    locale: 'en',
  })
  onTestFinished(async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  })
  return context
}

/**
 * The scores, each held at what is wanted: of up to three runs the best, because what else the
 * machine does only takes away.
 */
async function best(url: string, port: number, form: Form): Promise<Record<string, number>> {
  const wanted: Record<string, number> = WANTED[form]
  const scores: Record<string, number> = {}
  for (let run = 0; run < 3; run += 1) {
    const flags = {
      port,
      output: 'json' as const,
      logLevel: 'error' as const,
      disableStorageReset: true,
      onlyCategories: Object.keys(wanted),
    }
    const result = await lighthouse(url, flags, form === 'desktop' ? desktopConfig : undefined)
    if (!result) throw new Error('Lighthouse answered nothing')
    for (const [name, { score, auditRefs }] of Object.entries(result.lhr.categories)) {
      scores[name] = Math.max(scores[name] ?? 0, Math.round((score ?? 0) * 100))
      const missed = auditRefs
        .filter(({ id, weight }) => weight > 0 && (result.lhr.audits[id]?.score ?? 1) < 0.9)
        .map(({ id }) => `${id} ${result.lhr.audits[id]?.displayValue ?? ''}`)
      process.stdout.write(
        `${form} ${new URL(url).pathname} ` +
          `${[`${name}: ${Math.round((score ?? 0) * 100)}`, ...missed].join(', ')}\n`,
      )
    }
    if (Object.entries(wanted).every(([name, least]) => (scores[name] as number) >= least)) break
  }
  return Object.fromEntries(
    Object.entries(wanted).map(([name, least]) => [name, Math.min(scores[name] as number, least)]),
  )
}
