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
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/

test('offline changes in two tabs, closed, one response lost: each is there once', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, page, docket, url } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await taskOf(page, 'Pay the rent').waitFor()
  await installed(page)

  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await add(page, 'One', 'Two', 'Three')
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Title').fill('Pay the rent in cash')
  await page.getByLabel('Title').press('Enter')
  await taskOf(page, 'Pay the rent in cash').waitFor()
  await page.reload()
  await taskOf(page, 'Pay the rent in cash').waitFor()
  const second = await context.newPage()
  await second.goto(`${url}/today`)
  await second.getByText("4 changes will sync when you're back").waitFor()
  await second.getByRole('link', { name: 'Inbox' }).click()
  await add(second, 'Four')
  await taskOf(page, 'Four').waitFor()
  await page.getByText("5 changes will sync when you're back").waitFor()
  await page.close()
  await second.close()
  expect((await docket.listTasks()).total).toBe(1)

  await context.setOffline(false)
  const third = await context.newPage()
  let dropped = 0
  await third.route('**/operations', async (route) => {
    if (dropped > 0) return route.continue()
    dropped += 1
    await route.fetch()
    await route.abort('connectionfailed')
  })
  await third.goto(url)
  await taskOf(third, 'Four').waitFor()
  await arrived(third)
  expect(dropped).toBe(1)
  const { items } = await docket.listTasks({ sort: 'position' })
  expect(items.map(({ title }) => title)).toEqual([
    'Four',
    'Three',
    'Two',
    'One',
    'Pay the rent in cash',
  ])
  expect(items.at(-1)?.id).toBe(id)
  expect(await titlesOf(third)).toEqual(items.map(({ title }) => title))
  app.noComplaints()
})

test('a change without a response goes again with its key', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, page, docket, url } = app
  await signIn(app)
  const keys: (string | undefined)[] = []
  await intercept(app, '**/operations', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    if (keys.length > 1) return route.continue()
    await route.fetch()
    await page.close()
  })
  const closed = page.waitForEvent('close')
  await page.getByLabel('New task').fill('Pay the rent')
  await page.getByLabel('New task').press('Enter')
  await closed
  const again = await context.newPage()
  await again.goto(url)
  await taskOf(again, 'Pay the rent').waitFor()
  await arrived(again)
  expect(keys).toEqual([expect.any(String), keys[0]])
  expect((await docket.listTasks()).total).toBe(1)
})

test('one change that a filter blocks holds up no other', async () => {
  const app = await openApp(chromium, { but: /50[03]|403/ })
  const { page, docket } = app
  await docket.createTask({ body: { title: 'Cursed' } })
  await signIn(app)
  await intercept(app, '**/operations', (route) =>
    route.request().postData()?.includes('Blessed')
      ? route.continue()
      : route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>Firewall</h1>' }),
  )
  await page.getByRole('checkbox', { name: 'Cursed' }).click()
  await page.getByRole('alert').getByText("“Cursed” doesn't reach the server").waitFor()
  await add(page, 'Blessed')
  await docket.createTask({ body: { title: 'From elsewhere' } })
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await taskOf(page, 'From elsewhere').waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await arrived(page)
  expect(
    (await docket.listTasks({ completed: false, sort: 'title' })).items.map(({ title }) => title),
  ).toEqual(['Blessed', 'Cursed', 'From elsewhere'])
  app.noComplaints()
})

test('a tab that is opened while the first one still fetches ends with every task', async () => {
  const app = await openApp(chromium)
  const { page, docket, context, url } = app
  for (let start = 0; start < 2_000; start += 1_000) {
    await docket.importTasks({
      body: {
        items: Array.from({ length: 1_000 }, (_, index) => ({ title: `Task ${start + index}` })),
      },
    })
  }
  await signIn(app)
  const others = await Promise.all([1, 2, 3].map(() => context.newPage()))
  await Promise.all(others.map((other) => other.goto(url)))
  for (const each of [page, ...others])
    await each.getByRole('link', { name: /Inbox\s*2000/ }).waitFor({ timeout: 40_000 })
  app.noComplaints()
}, 60_000)

test('changes of two offline devices are on both afterwards', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, page, docket } = app
  const rent = await docket.createTask({ body: { title: 'Pay the rent' } })
  await docket.createTask({ body: { title: 'Water the plants' } })
  await signIn(app)
  await taskOf(page, 'Water the plants').waitFor()
  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await page.getByRole('checkbox', { name: 'Water the plants' }).click()
  await taskOf(page, 'Water the plants').waitFor({ state: 'detached' })
  await docket.updateTask({ task: rent, body: { title: 'Pay the rent twice' } })
  await docket.createTask({ body: { title: 'Call Grace' } })
  await context.setOffline(false)
  await taskOf(page, 'Call Grace').waitFor()
  await taskOf(page, 'Pay the rent twice').waitFor()
  await page.getByText("You're offline.").waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.listTasks({ completed: true })).items.map(({ title }) => title)).toEqual([
    'Water the plants',
  ])
  app.noComplaints()
})

test('what one tab does, the other shows by itself', async () => {
  const app = await openApp(chromium)
  const { context, page, url } = app
  await signIn(app)
  const other = await context.newPage()
  await other.goto(url)
  await other.getByText('No tasks yet').waitFor()
  await add(page, 'Pay the rent')
  await taskOf(other, 'Pay the rent').waitFor()
  await other.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await taskOf(page, 'Pay the rent').waitFor({ state: 'detached' })
  app.noComplaints()
})

test('signing out warns of changes that were not sent', async () => {
  const app = await openApp(chromium, { but: /503/ })
  const { page, docket } = app
  await signIn(app)
  await intercept(app, '**/operations', (route) =>
    route.fulfill({ status: 503, headers: { 'retry-after': '0' }, body: '' }),
  )
  await add(page, 'Pay the rent')
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByText("1 change hasn't synced").waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'Inbox' }).click()
  await taskOf(page, 'Pay the rent').waitFor()
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Discard and sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect((await docket.listTasks()).total).toBe(0)
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
  app.noComplaints()
})

test('the app can be installed: manifest, icons and worker', async () => {
  const app = await openApp(chromium)
  await signIn(app)
  await installed(app.page)
  const manifest = await (await fetch(`${app.url}/manifest.webmanifest`)).json()
  for (const { src } of manifest.icons)
    expect([src, (await fetch(`${app.url}${src}`)).status]).toEqual([src, 200])
  expect(manifest).toMatchObject({ start_url: '/', display: 'standalone' })
  const session = await app.context.newCDPSession(app.page)
  expect(
    (await session.send('Page.getInstallabilityErrors')).installabilityErrors.filter(
      ({ errorId }) => errorId !== 'in-incognito',
    ),
  ).toEqual([])
  app.noComplaints()
})

test('what is discarded while it is under way stays discarded', async () => {
  const app = await openApp(chromium, { but: /403/ })
  const { page, docket } = app
  await signIn(app)
  let held: (() => void) | undefined
  let isBlocked = true
  await intercept(app, '**/operations', async (route) => {
    if (!isBlocked) return route.continue()
    await new Promise<void>((resolve) => {
      held = resolve
    })
    await route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>Firewall</h1>' })
  })
  await page.getByLabel('New task').fill('Secret')
  await page.getByLabel('New task').press('Enter')
  // Four tries of the call, and the page tells which change it is; then the next call is under way.
  const discard = page.getByRole('button', { name: 'Discard' })
  for (
    ;
    (await discard.count()) === 0;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
  ) {
    held?.()
    held = undefined
  }
  await expect.poll(() => held !== undefined, { timeout: 20_000 }).toBe(true)
  await discard.click()
  isBlocked = false
  held?.()
  await add(page, 'After it')
  await arrived(page)
  await page.reload()
  await taskOf(page, 'After it').waitFor()
  expect((await docket.listTasks()).items.map(({ title }) => title)).toEqual(['After it'])
  app.noComplaints()
})
