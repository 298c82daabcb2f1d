import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  installed,
  intercept,
  openApp,
  signIn,
  taskOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

/** From here on the device keeps nothing, as with a full disk. */
const refuseStorage = (page: Page) =>
  page.evaluate(() => {
    const refuse = () => {
      throw new DOMException('The quota has been exceeded', 'QuotaExceededError')
    }
    const { put, add } = IDBObjectStore.prototype
    Object.assign(IDBObjectStore.prototype, { put: refuse, add: refuse })
    Object.assign(window, {
      restoreStorage: () => Object.assign(IDBObjectStore.prototype, { put, add }),
    })
  })
const restoreStorage = (page: Page) =>
  page.evaluate(() => (window as unknown as { restoreStorage: () => void }).restoreStorage())

test('what the device cannot store stays in its field, and is saved later', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').waitFor()
  await refuseStorage(page)
  const field = page.getByLabel('New task')
  await field.fill('Buy milk')
  await field.press('Enter')
  await page.getByText("Couldn't save on this device").first().waitFor()
  expect(await field.inputValue()).toBe('Buy milk')
  // Where the next line is in the field by then, the first one has a place of its own.
  await page.getByLabel('New task').evaluate((input: HTMLInputElement) => {
    input.form?.requestSubmit()
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set as (
      value: string,
    ) => void
    set.call(input, 'Call Ada')
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
  await page.getByText("Couldn't save “Buy milk” on this device.").waitFor()
  expect(await field.inputValue()).toBe('Call Ada')
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Add a label').or(page.getByPlaceholder('Add a label')).fill('home')
  await page.keyboard.press('Enter')
  expect(await page.getByPlaceholder('Add a label').inputValue()).toBe('home')
  await page.getByLabel('Description').fill('Before noon')
  await page.getByLabel('Description').blur()
  await restoreStorage(page)
  await page.getByRole('button', { name: 'Try again' }).first().click()
  await taskOf(page, 'Buy milk').waitFor()
  await page.getByPlaceholder('Add a label').press('Enter')
  await page.getByRole('button', { name: 'Close' }).click()
  await field.press('Enter')
  await arrived(page)
  const { items } = await docket.listTasks({ sort: 'created_at' })
  expect(items.map(({ title, labels, description }) => [title, labels, description])).toEqual([
    ['Pay the rent', ['home'], 'Before noon'],
    ['Buy milk', [], null],
    ['Call Ada', [], null],
  ])
  app.noComplaints()
})

test('a description that is too long keeps its editor open', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  const task = await docket.createTask({ body: { title: 'Alpha' } })
  await docket.createTask({ body: { title: 'Beta' } })
  await signIn(app)
  await titleOf(page, 'Alpha').click()
  const description = page.getByLabel('Description')
  await description.fill('x'.repeat(16_300))
  await page.keyboard.press('Escape')
  await page.getByText('300 characters too long (16300/16000). Not saved yet.').waitFor()
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-member'))).toBe(
    'description',
  )
  await titleOf(page, 'Beta').click()
  await page.getByText('You have an unsaved draft in “Alpha”').waitFor()
  await page.getByRole('link', { name: 'Continue editing' }).click()
  expect((await description.inputValue()).length).toBe(16_300)
  await description.fill('x'.repeat(16_000))
  await page.keyboard.press('Escape')
  await description.waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).description).toBe('x'.repeat(16_000))
  expect(await page.getByText('You have an unsaved draft').count()).toBe(0)
  app.noComplaints()
})

test('Edit leads into the text, by click and by key', async () => {
  const app = await openApp(chromium)
  const { page, docket } = app
  const task = await docket.createTask({ body: { title: 'Cheese', description: 'Gouda.' } })
  await signIn(app)
  await titleOf(page, 'Cheese').click()
  await page.locator('.prose').waitFor()
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(' need more gouda')
  await page.keyboard.press('Escape')
  await titleOf(page, 'Cheese').press('Enter')
  await page.getByRole('button', { name: 'Edit' }).press('Enter')
  await page.keyboard.press('End')
  await page.keyboard.type(' today')
  await page.keyboard.press('Escape')
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).description).toBe('Gouda. need more gouda today')
  expect(await page.getByLabel('New task').inputValue()).toBe('')
  app.noComplaints()
})

test('a part that cannot be loaded says so, and comes with the next load', async () => {
  const app = await openApp(chromium, {
    but: /ERR_FAILED|dynamically imported module/,
    serviceWorkers: 'block',
  })
  const { page, docket, context } = app
  await docket.createTask({ body: { title: 'Pay the rent', description: 'Fish &amp; chips' } })
  const parts = /assets\/(palette|shortcuts|task-editor|markdown|several-tasks|account)-/
  await context.route(parts, (route) => route.abort('failed'))
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  const failed = page
    .getByRole('alert')
    .filter({ hasText: 'Something went wrong here. Your changes are safe on this device.' })
  await failed.waitFor()
  expect(await titlesOf(page)).toEqual(['Pay the rent'])
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  await add(page, 'Still here')
  // Without the part that knows Markdown, the text is shown as it is.
  await context.unroute(parts)
  await context.route(/assets\/markdown-/, (route) => route.abort('failed'))
  await failed.getByRole('button', { name: 'Reload' }).click()
  await titleOf(page, 'Pay the rent').click()
  await page.locator('[data-editor]').getByText('Fish &amp; chips').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
})

test('a task whose rendering fails is shown as plain text, and the others as ever', async () => {
  const app = await openApp(chromium, { but: /Cannot read|null|undefined|not iterable/ })
  const { page, docket } = app
  await docket.createTask({ body: { title: 'Fine' } })
  await docket.createTask({ body: { title: 'Broken', description: 'Its text' } })
  await docket.createTask({
    body: { title: 'Entities', description: 'Fish &amp; chips &copy; &frac12;' },
  })
  await signIn(app)
  await taskOf(page, 'Broken').waitFor()
  await titleOf(page, 'Entities').click()
  await page.locator('.prose').getByText('Fish & chips © ½').waitFor()
  await page.keyboard.press('Escape')
  // What no server sends: a priority that is an object, which React cannot show.
  await page.evaluate(async () => {
    const [{ name } = { name: '' }] = (await indexedDB.databases()).filter(({ name }) =>
      name?.startsWith('docket-'),
    )
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(name as string)
      opening.onsuccess = () => resolve(opening.result)
    })
    const store = database.transaction('tasks', 'readwrite').objectStore('tasks')
    await new Promise<void>((resolve) => {
      const all = store.getAll()
      all.onsuccess = () => {
        const task = all.result.find(({ title }: { title: string }) => title === 'Broken')
        store.put({ ...task, priority: { broken: true } }).onsuccess = () => resolve()
      }
    })
    database.close()
  })
  await page.reload()
  await page.getByText('Its text').waitFor()
  await titleOf(page, 'Fine').waitFor()
  await add(page, 'New')
  expect((await titlesOf(page)).sort()).toEqual(['Entities', 'Fine', 'New'])
})

test('what a portal serves in place of the app is not kept on the device', async () => {
  const app = await openApp(chromium, { but: /ERR_|404|is not what this build has/ })
  const { page, context, url } = app
  let isPortal = true
  await context.route('**/*', (route) => {
    const request = route.request()
    const isWorkers = request.serviceWorker() !== null
    return isPortal && isWorkers && /\.(js|css|svg)$|\/$/.test(new URL(request.url()).pathname)
      ? route.fulfill({
          status: 200,
          contentType: 'text/html',
          body: '<h1>Sign in to the hotel</h1>',
        })
      : route.continue()
  })
  await signIn(app)
  const kept = () =>
    page.evaluate(async () => {
      const caches = await window.caches.keys()
      const pages = await Promise.all(
        caches.map(
          async (name) => (await (await window.caches.open(name)).match('/'))?.text() ?? '',
        ),
      )
      return pages.filter(Boolean).map((text) => text.includes('hotel'))
    })
  await page.evaluate(() =>
    navigator.serviceWorker
      .getRegistration()
      .then((registration) => registration?.update().catch(() => {})),
  )
  expect(await kept()).toEqual([])
  isPortal = false
  await page.reload()
  await installed(page)
  expect(await kept()).toEqual([false])
  await context.unroute('**/*')
  await intercept(app, '**/nothing', (route) => route.abort())
  await page.goto(url)
  await page.getByLabel('New task').waitFor()
})
