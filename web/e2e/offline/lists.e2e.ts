import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { addList } from '../support/lists.ts'
import { add, arrived, installed, intercept, openApp, signIn, taskOf } from '../support/open-app.ts'

const chromium = launchChromium()
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/

test('a list made offline and the tasks put into it arrive in order, once', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, page, docket } = app
  await docket.createTask({ body: { title: 'Here before' } })
  await signIn(app)
  await taskOf(page, 'Here before').waitFor()
  await installed(page)
  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await addList(page, 'Journey')
  await add(page, 'Pack', 'Book the train')
  await page.reload()
  await taskOf(page, 'Pack').waitFor()
  await page.getByRole('heading', { name: 'Journey', exact: true }).waitFor()
  expect((await docket.listLists()).total).toBe(0)

  let dropped = 0
  await intercept(app, '**/operations', async (route) => {
    if (dropped > 0) return route.continue()
    dropped += 1
    await route.fetch()
    await route.abort('connectionfailed')
  })
  await context.setOffline(false)
  await arrived(page)
  expect(dropped).toBe(1)
  const { items } = await docket.listLists()
  expect(items.map(({ name }) => name)).toEqual(['Journey'])
  const tasks = await docket.listTasks({ list_id: items[0]?.id ?? '', sort: 'position' })
  expect(tasks.items.map(({ title }) => title)).toEqual(['Book the train', 'Pack'])
  app.noComplaints()
})

test('a list deleted elsewhere says so, and tasks added to it can go to the Inbox', async () => {
  const app = await openApp(chromium, { but: /422|ERR_/ })
  const { context, docket, page } = app
  const list = await docket.createList({ body: { name: 'Journey' } })
  await signIn(app, `/lists/${list.id}`)
  await page.getByRole('heading', { name: 'Journey' }).waitFor()
  await installed(page)
  await context.setOffline(true)
  await add(page, 'Pack')
  await docket.deleteList({ list: list.id })
  while (!(await docket.emptyTrash()).is_empty);
  await context.setOffline(false)
  await page.getByText('This list has been deleted').waitFor()
  await page.getByRole('link', { name: 'Go to Inbox' }).click()
  const refused = page.getByRole('alert').filter({ hasText: "Couldn't save “Pack”" })
  await refused.getByRole('button', { name: 'Put into Inbox' }).click()
  await taskOf(page, 'Pack').waitFor()
  await arrived(page)
  expect((await docket.listTasks({ list_id: 'inbox' })).items.map(({ title }) => title)).toEqual([
    'Pack',
  ])
  app.noComplaints()
})
