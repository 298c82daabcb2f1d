import { expect, test } from 'vitest'
import { STRANGE, startHostileMiddle } from '../../../server/testing/network/hostile-middle.ts'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  openApp,
  saved,
  signIn,
  taskOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

test('a hostile proxy: nothing lost or doubled, signed in, no click needed', async () => {
  const app = await openApp(chromium, { but: /4\d\d|5\d\d|ERR_/ })
  const { page, context, docket } = app
  const middle = await startHostileMiddle(app.url, (_, path) =>
    /^\/api\/(?!auth\/sign-)/.test(path),
  )
  middle.isHostile = false
  // The waits between two tries pass quickly: the SDK's are the shortest that chance gives, the
  // page's take a tenth of their time. The limit of a try (10 s) stays what it is.
  await context.addInitScript(() => {
    Math.random = () => 0
    const waits = [1_000, 2_000, 4_000, 8_000, 15_000]
    const wait = window.setTimeout
    const quick = (run: TimerHandler, ms = 0, ...more: unknown[]) =>
      wait(run, waits.includes(ms) ? ms / 10 : ms, ...more)
    Object.assign(window, { setTimeout: quick })
  })
  const through = { page, url: middle.url }
  await signIn(through)
  await add(page, 'Before the hotel')
  await arrived(page)

  middle.isHostile = true
  await add(page, 'Pay the rent', 'Water the plants')
  await page.getByRole('checkbox', { name: 'Before the hotel' }).click()
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('Before noon')
  await page.getByRole('button', { name: 'Close' }).click()
  await saved(page)
  // A page that is opened in the middle of it goes on.
  await page.reload()
  await taskOf(page, 'Pay the rent').waitFor()
  await add(page, 'Call Ada')
  await docket.createTask({ body: { title: 'From elsewhere' } })
  const all = STRANGE.map(({ name }) => name)
  await expect
    .poll(
      () =>
        [...middle.given.values()].every((given) => given.length === all.length) &&
        middle.given.size,
      { timeout: 120_000 },
    )
    .toBe(3)
  await taskOf(page, 'From elsewhere').waitFor({ timeout: 60_000 })
  await expect
    .poll(() => page.getByText("Can't reach the server").count(), { timeout: 60_000 })
    .toBe(0)
  await arrived(page)
  expect([...middle.given]).toEqual(
    expect.arrayContaining([
      ['GET /api/auth/token', all],
      ['GET /api/{id}/changes', all],
      ['POST /api/{id}/operations', all],
    ]),
  )
  const { items } = await docket.listTasks({ sort: 'title' })
  expect(items.map(({ title, completed, description }) => [title, completed, description])).toEqual(
    [
      ['Before the hotel', true, null],
      ['Call Ada', false, null],
      ['From elsewhere', false, null],
      ['Pay the rent', false, 'Before noon'],
      ['Water the plants', false, null],
    ],
  )
  expect((await titlesOf(page)).sort()).toEqual([
    'Call Ada',
    'From elsewhere',
    'Pay the rent',
    'Water the plants',
  ])
  app.noComplaints()
}, 240_000)
