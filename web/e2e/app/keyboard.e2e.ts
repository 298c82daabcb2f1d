import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  openApp,
  signIn,
  slowDown,
  taskOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

test('without a mouse: add, walk, open, change, complete, delete, undo', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await page.keyboard.press('/')
  for (const title of ['Three', 'Two', 'One']) {
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await taskOf(page, title).waitFor()
  }
  await page.keyboard.press('Escape')
  const focused = () =>
    page.evaluate(() => document.activeElement?.querySelector('span')?.textContent)
  await page.keyboard.press('j')
  expect(await focused()).toBe('One')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('j')
  expect(await focused()).toBe('Three')
  await page.keyboard.press('k')
  await page.keyboard.press('3')
  await taskOf(page, 'Two').getByText('high').waitFor()
  expect(await focused()).toBe('Two')
  await page.keyboard.press('e')
  await page.getByLabel('Title').waitFor()
  await page.keyboard.press('End')
  await page.keyboard.type(' and a half')
  await page.keyboard.press('Escape')
  await taskOf(page, 'Two and a half').waitFor()
  expect(await focused()).toBe('Two and a half')
  await page.keyboard.press('d')
  await taskOf(page, 'Two').waitFor({ state: 'detached' })
  expect(await focused()).toBe('Three')
  await page.keyboard.press('Delete')
  await taskOf(page, 'Three').waitFor({ state: 'detached' })
  await page.keyboard.press('z')
  await taskOf(page, 'Three').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await taskOf(page, 'Two and a half').waitFor()
  expect(new URL(page.url()).pathname).toBe('/done')
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'title' })).items.map(({ title, completed }) => [
      title,
      completed,
    ]),
  ).toEqual([
    ['One', false],
    ['Three', false],
    ['Two and a half', true],
  ])
  app.noComplaints()
})

test('a slow page loses no key and mistakes none', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['One', 'Two', 'Three', 'Four']) await docket.createTask({ body: { title } })
  await signIn(app)
  await taskOf(page, 'Four').waitFor()
  await slowDown(page)
  await titleOf(page, 'One').focus()
  await page.keyboard.press('e')
  await page.getByLabel('Title').waitFor()
  await page.keyboard.press('End')
  await page.keyboard.type(' and a half')
  expect(await page.getByLabel('Title').inputValue()).toBe('One and a half')
  await page.keyboard.press('Escape')
  await taskOf(page, 'One and a half').waitFor()
  await page.keyboard.press('d')
  await taskOf(page, 'One and a half').waitFor({ state: 'detached' })
  await page.keyboard.press('d')
  await taskOf(page, 'Two').waitFor({ state: 'detached' })
  await page.keyboard.press('Delete')
  await page.keyboard.press('z')
  await page.getByRole('status').getByText('Undone').waitFor({ state: 'attached' })
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'title' })).items.map(({ title, completed }) => [
      title,
      completed,
    ]),
  ).toEqual([
    ['Four', false],
    ['One and a half', true],
    ['Three', false],
    ['Two', true],
  ])
  app.noComplaints()
})

test('the palette finds commands and tasks; the sheet lists the keys', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  await add(page, 'Pay the rent')
  await page.getByLabel('New task').press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('dark')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
  await page.reload()
  await titleOf(page, 'Pay the rent').waitFor()
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('tr')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Trash' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('rent')
  await page.keyboard.press('Enter')
  await titleOf(page, 'Pay the rent').waitFor()
  await page.getByLabel('Title').waitFor()
  expect(new URL(page.url()).pathname).toBe('/all')
  await page.keyboard.press('Escape')
  // Once more, when all of it is loaded: what is typed is the title, and no keys of the list.
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('rent')
  await page.keyboard.press('Enter')
  await page.getByLabel('Title').waitFor()
  await page.keyboard.press('End')
  await page.keyboard.type(' d')
  await page.keyboard.press('Escape')
  await titleOf(page, 'Pay the rent d').waitFor()

  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
  await page.getByLabel('Keys without').uncheck()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  await titleOf(page, 'Pay the rent').focus()
  await page.keyboard.press('d')
  await page.keyboard.press('Delete')
  await page.getByText('Moved “Pay the rent d” to Trash').first().waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await taskOf(page, 'Pay the rent').waitFor()
  expect(await titlesOf(page)).toEqual(['Pay the rent d'])
  app.noComplaints()
})

test('everything that is shown can be reached by Tab, and the focus is seen', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  await add(page, 'Pay the rent')
  await page.reload()
  await taskOf(page, 'Pay the rent').waitFor()
  const reached: string[] = []
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      const { outlineStyle } = getComputedStyle(element)
      return {
        name: element.ariaLabel ?? element.textContent ?? '',
        isSeen: outlineStyle !== 'none' || element === document.body,
      }
    })
    expect(at).toMatchObject({ isSeen: true })
    reached.push(at.name.trim())
  }
  for (const name of [
    'Skip to content',
    'Inbox1',
    'Trash',
    'Commands',
    'New task',
    'Add',
    'Search',
    'Filter',
    'Select',
    'Pay the rent',
    'Delete Pay the rent',
  ])
    expect(reached).toContain(name)
  app.noComplaints()
})

test('keys are text in fields, and the focus stays in the list', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.deleteTask({ task: await docket.createTask({ body: { title: 'Thrown away' } }) })
  await signIn(app)
  await add(page, 'Three', 'Two', 'One')
  await titleOf(page, 'Two').focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Description').fill('A text')
  await page.getByLabel('Description').press('Alt+ArrowDown')
  await page.getByLabel('Description').press('d')
  await page.keyboard.press('Escape')
  await page.getByLabel('Title').waitFor({ state: 'detached' })
  expect(await titlesOf(page)).toEqual(['One', 'Two', 'Three'])
  await page.getByRole('checkbox', { name: 'Two' }).focus()
  await page.keyboard.press('Space')
  await taskOf(page, 'Two').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('Three'))
  await arrived(page)
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await titleOf(page, 'Thrown away').focus()
  for (const key of ['d', '3', 'Delete']) await page.keyboard.press(key)
  await page.getByRole('button', { name: 'Restore Thrown away' }).press('Enter')
  await page.getByText('Trash is empty').waitFor()
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'title' })).items.map(({ title, completed, priority }) => [
      title,
      completed,
      priority,
    ]),
  ).toEqual([
    ['One', false, 'none'],
    ['Three', false, 'none'],
    ['Thrown away', false, 'none'],
    ['Two', true, 'none'],
  ])
  app.noComplaints()
})

test('the first task that is opened and closed has the focus', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  await add(page, 'Three', 'Two', 'One')
  await arrived(page)
  for (const text of ['', 'A text']) {
    await page.reload()
    await titleOf(page, 'Two').click()
    await page.getByLabel('Title').waitFor()
    if (text) await page.getByLabel('Description').fill(text)
    await page.keyboard.press('Escape')
    await page.getByLabel('Title').waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('Two'))
    await arrived(page)
  }
  app.noComplaints()
})
