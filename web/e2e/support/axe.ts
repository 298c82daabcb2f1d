import axeCore from 'axe-core'
import type { Page } from 'playwright-core'

interface Found {
  rule: string
  where: string[]
}

/**
 * What axe finds, against WCAG 2.2 AA and its own best practices. The policy of the page lets no
 * script in: the debugger puts it there.
 */
export async function axe(page: Page, rules?: string[]): Promise<Found[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axeCore.source })
  const found = await page.evaluate(async (rules) => {
    const { violations } = await (
      window as unknown as {
        axe: {
          run(
            where: Document,
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
        }
      }
    ).axe.run(document, {
      runOnly: rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.map(({ id, nodes }) => ({
      rule: id,
      where: nodes.map(({ html }) => html.slice(0, 200)),
    }))
  }, rules)
  await session.detach()
  return found
}
