import { expect, test } from 'vitest'
import { createDocket } from '../../../sdk/index.ts'
import { startService } from '../../../server/testing/service.ts'
import { launchChromium, watchComplaints } from '../support/chromium.ts'
import {
  ada,
  add,
  arrived,
  intercept,
  openApp,
  signIn,
  taskOf,
  tasksOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

test('sign up, add, complete and delete tasks; a reload shows the result', async () => {
  const { url } = await startService()
  const page = await chromium.page()
  const noComplaints = watchComplaints(page)
  await page.goto(url)
  await page.getByRole('button', { name: 'New to Docket? Create an account' }).click()
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByText('No tasks yet').waitFor()

  await add(page, 'Pay the rent', 'Water the plants', '<b>Not bold</b>')
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await taskOf(page, 'Pay the rent').waitFor({ state: 'detached' })
  await taskOf(page, 'Water the plants').hover()
  await page.getByRole('button', { name: 'Delete Water the plants' }).click()
  await taskOf(page, 'Water the plants').waitFor({ state: 'detached' })
  await page.getByRole('status').getByText('Moved “Water the plants” to Trash').waitFor()

  await arrived(page)
  await page.reload()
  await tasksOf(page).first().waitFor()
  expect(await titlesOf(page)).toEqual(['<b>Not bold</b>'])
  await page.getByRole('link', { name: 'Completed' }).click()
  await taskOf(page, 'Pay the rent').waitFor()
  expect(await page.getByRole('checkbox', { name: 'Pay the rent' }).isChecked()).toBe(true)
  noComplaints()
})

test('no script can read a token; sign-in leads to the address asked for', async () => {
  const app = await openApp(chromium, { but: /401/ })
  const { page, url, context } = app
  await page.goto(`${url}/upcoming?priority=high`)
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill('wrong horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText("That email and password don't match.").waitFor()
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Upcoming' }).waitFor()
  expect(page.url()).toBe(`${url}/upcoming?priority=high`)
  await page.getByLabel('New task').fill('Pay the rent !high tomorrow')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Pay the rent').waitFor()
  await arrived(page)
  const kept = await page.evaluate(async () => {
    const stores: unknown[] = []
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open(name as string)
        opening.onsuccess = () => resolve(opening.result)
      })
      for (const store of database.objectStoreNames) {
        stores.push(
          await new Promise((resolve) => {
            const reading = database.transaction(store).objectStore(store).getAll()
            reading.onsuccess = () => resolve(reading.result)
          }),
        )
      }
      database.close()
    }
    return JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, stores])
  })
  expect(kept).toContain('Pay the rent')
  expect(kept).not.toMatch(/eyJ0|eyJh|token|correct horse/)
  expect((await context.cookies())[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  app.noComplaints()
})

test('signing out ends the session and clears the device', async () => {
  const app = await openApp(chromium, { but: /ERR_CACHE_MISS/ })
  const { page, context } = app
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url().slice(app.url.length)))
  await signIn(app)
  await add(page, 'Pay the rent')
  await arrived(page)
  const cookie = (await context.cookies()).find(({ name }) => name === 'better-auth.session_token')
  const isCached = (path: string) =>
    page.evaluate(
      (target) =>
        fetch(target, { cache: 'only-if-cached', mode: 'same-origin' }).then(
          ({ status }) => status < 400,
          () => false,
        ),
      path,
    )
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  expect((await context.cookies()).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^docket\.device-/),
  ])
  const ofTheUser = asked.filter((path) => path.startsWith('/api/'))
  expect(ofTheUser.length).toBeGreaterThan(0)
  for (const path of ofTheUser) expect([path, await isCached(path)]).toEqual([path, false])
  const replayed = await fetch(`${app.url}/api/auth/token`, {
    headers: { cookie: `${cookie?.name}=${cookie?.value}` },
  })
  expect(replayed.status).toBe(401)
  expect(
    await page.evaluate(async () => [(await indexedDB.databases()).length, localStorage.length]),
  ).toEqual([0, 0])
  await signIn(app)
  await taskOf(page, 'Pay the rent').waitFor()
  app.noComplaints()
})

test('a session that ended elsewhere leads to sign-in, and nothing is lost', async () => {
  const app = await openApp(chromium, { but: /401/ })
  const { page, docket } = app
  await signIn(app, '/today')
  await page.getByLabel('New task').fill('Pay the rent today')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Pay the rent').waitFor()
  await arrived(page)
  await docket.revokeOtherSessions()
  await page.getByLabel('New task').fill('Too late today')
  await page.getByLabel('New task').press('Enter')
  await page.getByText("You've been signed out").waitFor()
  expect(await page.getByText('Pay the rent').count()).toBe(0)
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await taskOf(page, 'Too late').waitFor()
  await taskOf(page, 'Pay the rent').waitFor()
  expect(new URL(page.url()).pathname).toBe('/today')
  await arrived(page)
  expect((await docket.listTasks()).total).toBe(2)
  app.noComplaints()
})

test('half-typed text survives the end of the session', async () => {
  const app = await openApp(chromium, { but: /401/ })
  const { page, docket } = app
  await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('From the joint acc')
  await page.getByLabel('New task').fill('Half a thou')
  await arrived(page)
  await docket.revokeOtherSessions()
  await page.getByLabel('Title').fill('Pay the re')
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await page.getByText("You've been signed out").waitFor()
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await titleOf(page, 'Pay the rent').click()
  expect([
    await page.getByLabel('New task').inputValue(),
    await page.getByLabel('Title').inputValue(),
  ]).toEqual(['Half a thou', 'Pay the re'])
  app.noComplaints()
})

test('an address of another user says so, and leads nowhere else', async () => {
  const app = await openApp(chromium, { but: /403/ })
  const { page, url } = app
  await page.route('**/changes*', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        code: 'access_denied',
        detail: 'Access denied. You can only access your own resources.',
      }),
    }),
  )
  await signIn(app, '/today')
  await page.getByRole('alert').getByText("You're signed in as another user here").waitFor()
  expect(page.url()).toBe(`${url}/today`)
  app.noComplaints()
})

test(
  'when another tab signs in as another user, pending changes never reach that ' + 'account',
  async () => {
    const app = await openApp(chromium, { but: /401|ERR_INTERNET_DISCONNECTED/ })
    const { page, context, url, docket } = app
    await signIn(app)
    await add(page, 'Mine')
    await arrived(page)
    await intercept(app, '**/operations', (route) => route.abort('internetdisconnected'))
    await add(page, 'Mine too')
    await context.request.post(`${url}/api/auth/sign-up/email`, {
      data: { email: 'grace@example.org', password: 'another horse battery', name: 'Grace' },
      headers: { origin: url },
    })
    let sent = 0
    // On the page that was there before, Ada was still the person.
    page.once('framenavigated', () =>
      page.on('request', (request) => {
        if (request.url().endsWith('/operations')) sent += 1
      }),
    )
    await page.reload()
    await page.getByText("You've been signed out").waitFor()
    expect(sent).toBe(0)
    await app.context.unroute('**/operations')
    expect((await docket.listTasks()).items.map(({ title }) => title)).toEqual(['Mine'])
    await page.getByLabel('Email').fill('grace@example.org')
    await page.getByLabel('Password').fill('another horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('No tasks yet').waitFor()
    const grace = createDocket({ baseUrl: url })
    await grace.login({ body: { email: 'grace@example.org', password: 'another horse battery' } })
    expect((await grace.listTasks()).total).toBe(0)
    await page.getByRole('link', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await signIn(app)
    await taskOf(page, 'Mine too').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('[data-task]').length === 2)
    await arrived(page)
    expect([(await docket.listTasks()).total, (await grace.listTasks()).total]).toEqual([2, 0])
    app.noComplaints()
  },
)

test('a server that is away is said at sign-in', async () => {
  const app = await openApp(chromium, { but: /ERR_|Failed to load|fetching the script/ })
  const { page, url, service } = app
  await page.goto(url)
  await page.getByLabel('Email').waitFor()
  await service.close()
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText("Can't reach the server").waitFor()
  app.noComplaints()
})
