import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { arrived, intercept, openApp, signIn, taskOf, titleOf } from '../support/open-app.ts'

const chromium = launchChromium()

test(
  'an edit that another device also made shows both versions, and the chosen one ' + 'stays',
  async () => {
    const app = await openApp(chromium, { but: /412/ })
    const { docket, page } = app
    for (const choice of ['Keep mine', 'Keep other version']) {
      const { id } = await docket.createTask({ body: { title: `Rent, ${choice}` } })
      await signInOnce(app)
      await titleOf(page, `Rent, ${choice}`).click()
      await page.getByLabel('Title').fill(`Here, ${choice}`)
      await docket.updateTask({ task: id, body: { title: `There, ${choice}` } })
      await page.getByLabel('Title').press('Enter')
      const conflict = page
        .getByRole('alert')
        .filter({ hasText: 'was also changed on another device' })
      await conflict.getByText(`Here, ${choice}`, { exact: true }).waitFor()
      await conflict.getByText(`There, ${choice}`).first().waitFor()
      await conflict.getByRole('button', { name: choice }).click()
      await conflict.waitFor({ state: 'detached' })
      await arrived(page)
      const kept = choice === 'Keep mine' ? `Here, ${choice}` : `There, ${choice}`
      await titleOf(page, kept).waitFor()
      expect((await docket.getTask({ task: id })).title).toBe(kept)
      await page.keyboard.press('Escape')
    }
    app.noComplaints()
  },
)

test('changes of different fields of a task are no conflict', async () => {
  const app = await openApp(chromium, { but: /412/ })
  const { docket, page } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Title').fill('Pay the rent and the parking')
  await docket.updateTask({ task: id, body: { priority: 'high' } })
  await page.getByLabel('Title').press('Enter')
  await taskOf(page, 'Pay the rent and the parking').waitFor()
  await arrived(page)
  expect(await docket.getTask({ task: id })).toMatchObject({
    title: 'Pay the rent and the parking',
    priority: 'high',
  })
  await taskOf(page, 'Pay the rent and the parking').waitFor()
  app.noComplaints()
})

test('a change of a task that was deleted elsewhere is not lost without a word', async () => {
  const app = await openApp(chromium, { but: /404|412/ })
  const { docket, page } = app
  const task = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Title').fill('Pay the rent in cash')
  await docket.deleteTask({ task })
  await page.getByLabel('Title').press('Enter')
  const refused = page.getByRole('alert').filter({ hasText: "Couldn't save" })
  await refused.getByText('Pay the rent in cash').waitFor()
  await docket.restoreTask({ task: task.id })
  await refused.getByRole('button', { name: 'Try again' }).click()
  await refused.waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).title).toBe('Pay the rent in cash')
  app.noComplaints()
})

test(
  'a change of another device between two of one’s own is not silently ' + 'overwritten',
  async () => {
    const app = await openApp(chromium, { but: /412|ERR_/ })
    const { docket, page, context } = app
    const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
    await signIn(app)
    await titleOf(page, 'Pay the rent').click()
    await context.setOffline(true)
    await page.getByText("You're offline.").waitFor()
    await page.getByLabel('Priority').selectOption('high')
    await page.getByText('Set to high priority').first().waitFor()
    await page.getByLabel('Title').fill('Mine')
    await page.getByLabel('Title').press('Enter')
    await titleOf(page, 'Mine').waitFor()
    await docket.updateTask({ task: id, body: { title: 'Theirs' } })
    await context.setOffline(false)
    await page.getByText('Which version do you want to keep').waitFor()
    expect(await docket.getTask({ task: id })).toMatchObject({ title: 'Theirs', priority: 'high' })
    await page.getByRole('button', { name: 'Keep mine' }).click()
    await page.getByText('Which version do you want to keep').waitFor({ state: 'detached' })
    await arrived(page)
    expect((await docket.getTask({ task: id })).title).toBe('Mine')
    app.noComplaints()
  },
)

test('undo does not overwrite a later change of another device', async () => {
  const app = await openApp(chromium, { but: /412/ })
  const { docket, page } = app
  const { id } = await docket.createTask({ body: { title: 'A' } })
  await signIn(app)
  await titleOf(page, 'A').click()
  await page.getByLabel('Title').fill('B')
  await page.getByLabel('Title').press('Enter')
  await titleOf(page, 'B').waitFor()
  await arrived(page)
  await docket.updateTask({ task: id, body: { title: 'Theirs' } })
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await titleOf(page, 'Theirs').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Which version do you want to keep').waitFor()
  expect((await docket.getTask({ task: id })).title).toBe('Theirs')
  app.noComplaints()
})

test('labels that two people add are both there', async () => {
  const app = await openApp(chromium, { but: /412/ })
  const { docket, page } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent', labels: ['a', 'b'] } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await docket.updateTask({ task: id, body: { labels: ['a', 'theirs'] } })
  await page.getByPlaceholder('Add a label').fill('mine, too')
  await page.getByPlaceholder('Add a label').press('Enter')
  await page.getByRole('button', { name: 'Remove label too' }).waitFor()
  await arrived(page)
  expect((await docket.getTask({ task: id })).labels).toEqual(['a', 'theirs', 'mine', 'too'])
  app.noComplaints()
})

/** Signs in where no user is; else lets the page catch up with the other device. */
async function signInOnce(app: Awaited<ReturnType<typeof openApp>>): Promise<void> {
  if (app.page.url() === 'about:blank') return signIn(app)
  await app.page.reload()
  await app.page.getByLabel('New task').waitFor()
}

test(
  'what another device wrote while a completion was on its way is not silently ' + 'overwritten',
  async () => {
    const app = await openApp(chromium, { but: /412|ERR_/ })
    const { docket, page } = app
    const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
    await signIn(app)
    await titleOf(page, 'Pay the rent').waitFor()
    await docket.updateTask({ task: id, body: { title: 'Theirs' } })
    // The change is acknowledged, but what it left does not come yet.
    await intercept(app, '**/changes*', (route) => route.abort('connectionfailed'))
    await titleOf(page, 'Pay the rent').click()
    await page.getByLabel('Move', { exact: true }).selectOption('Move to top')
    await page.getByText("Can't reach the server.").waitFor()
    await page.getByLabel('Title').fill('Mine')
    await page.getByLabel('Title').press('Enter')
    await titleOf(page, 'Mine').waitFor()
    await app.context.unroute('**/changes*')
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await page.getByText('Which version do you want to keep').waitFor()
    expect((await docket.getTask({ task: id })).title).toBe('Theirs')
    app.noComplaints()
  },
)
