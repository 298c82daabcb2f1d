import type { Locator, Page } from 'playwright-core'

export const listsOf = (page: Page): Locator => page.getByRole('navigation', { name: 'Lists' })
/** Makes a list, and is in its view then. */
export async function addList(page: Page, name: string, color = 'green'): Promise<void> {
  await listsOf(page).getByRole('button', { name: 'New list' }).click()
  const dialog = page.getByRole('dialog', { name: 'New list' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByText(color, { exact: true }).click()
  await dialog.getByRole('button', { name: 'Add list' }).click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
}
