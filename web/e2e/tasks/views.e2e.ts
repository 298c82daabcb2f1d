import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  day,
  intercept,
  openApp,
  signIn,
  taskOf,
  tasksOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

test('each view has an address and shows its tasks, also after a reload', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.createTask({ body: { title: 'Some day' } })
  await docket.createTask({ body: { title: 'Due today', due_date: day(0) } })
  await docket.createTask({ body: { title: 'Long overdue', due_date: day(-9) } })
  await docket.createTask({ body: { title: 'Next week', due_date: day(7) } })
  await docket.createTask({
    body: { title: 'Tomorrow at noon', due_date: day(1), due_time: '12:00' },
  })
  await docket.toggleTaskCompletion({
    task: await docket.createTask({ body: { title: 'Done already' } }),
    body: { completed: true },
  })
  await docket.deleteTask({ task: await docket.createTask({ body: { title: 'Thrown away' } }) })

  await signIn(app, '/today')
  await taskOf(page, 'Due today').waitFor()
  expect(await titlesOf(page)).toEqual(['Long overdue', 'Due today'])
  expect(await tasksOf(page).getByRole('heading').allInnerTexts()).toEqual(['Overdue', 'Today'])
  for (const [view, titles] of [
    ['Upcoming', ['Tomorrow at noon', 'Next week']],
    ['Completed', ['Done already']],
    ['Trash', ['Thrown away']],
  ] as const) {
    await page.getByRole('navigation').getByText(view).click()
    await taskOf(page, titles[0]).waitFor()
    expect([view, await titlesOf(page), await page.title()]).toEqual([
      view,
      titles,
      `${view} - Docket`,
    ])
  }
  await page.reload()
  await taskOf(page, 'Thrown away').waitFor()
  await page.getByRole('navigation').getByText('Inbox').click()
  await taskOf(page, 'Next week').waitFor()
  expect(await page.getByRole('link', { name: 'Inbox' }).innerText()).toContain('5')
  expect(await page.getByRole('link', { name: 'Today' }).innerText()).toContain('2')
  app.noComplaints()
})

test('labels, filters, order and search are in the address', async () => {
  const app = await openApp(chromium)
  const { docket, page, url } = app
  await docket.createTask({
    body: { title: 'Pay the rent', labels: ['home', 'money'], priority: 'high' },
  })
  await docket.createTask({ body: { title: 'Water the plants', labels: ['home'] } })
  await docket.createTask({ body: { title: 'Call Grace', description: 'About the rent' } })
  await signIn(app)
  await page.getByRole('navigation', { name: 'Labels' }).getByText('home').click()
  await taskOf(page, 'Call Grace').waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: '#home' }).waitFor()
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByLabel('Sort by', { exact: true }).selectOption({ label: 'Title' })
  expect(await titlesOf(page)).toEqual(['Pay the rent', 'Water the plants'])
  await page.getByLabel('Priority', { exact: true }).selectOption('high')
  await taskOf(page, 'Water the plants').waitFor({ state: 'detached' })
  expect(new URL(page.url()).search).toBe('?label=home&sort=title&priority=high')
  await page.reload()
  await taskOf(page, 'Pay the rent').waitFor()
  expect(await titlesOf(page)).toEqual(['Pay the rent'])
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await taskOf(page, 'Call Grace').waitFor()
  await page.keyboard.press('f')
  await page.keyboard.type('RENT')
  await taskOf(page, 'Water the plants').waitFor({ state: 'detached' })
  expect((await titlesOf(page)).sort()).toEqual(['Call Grace', 'Pay the rent'])
  expect(page.url()).toBe(`${url}/all?q=RENT`)
  await page.keyboard.type(' unicorn')
  await page.getByText('No results for').waitFor()
  await page.keyboard.press('Escape')
  await taskOf(page, 'Water the plants').waitFor()
  app.noComplaints()
})

test('a task that is added in the view of a label has it', async () => {
  const app = await openApp(chromium)
  await signIn(app, '/?label=home')
  await add(app.page, 'Water the plants')
  await arrived(app.page)
  expect((await app.docket.listTasks()).items.map(({ labels }) => labels)).toEqual([['home']])
  app.noComplaints()
})

test('the trash asks before it is emptied, and is empty then', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['Old', 'Older'])
    await docket.deleteTask({ task: await docket.createTask({ body: { title } }) })
  await signIn(app, '/trash')
  await taskOf(page, 'Older').waitFor()
  await page.getByRole('button', { name: 'Empty Trash' }).click()
  await page.getByRole('button', { name: 'Keep them' }).click()
  expect((await docket.listTasks({ trashed: true })).total).toBe(2)
  await page.getByRole('button', { name: 'Restore Older' }).click()
  await taskOf(page, 'Older').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Empty Trash' }).click()
  await page.getByText('One task goes for good').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Empty Trash' }).click()
  await page.getByText('Trash is empty. Deleted tasks stay here for 30 days.').waitFor()
  expect([
    (await docket.listTasks({ trashed: true })).total,
    (await docket.listTasks()).items.map(({ title }) => title),
  ]).toEqual([0, ['Older']])
  app.noComplaints()
})

test('completed or deleted tasks leave the view at once; undo brings them back', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['Pay the rent', 'Water the plants'])
    await docket.createTask({ body: { title } })
  await signIn(app)
  const rent = taskOf(page, 'Pay the rent')
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await rent.waitFor({ state: 'detached' })
  await page.getByText('Completed “Pay the rent”').first().waitFor()
  await page.keyboard.press('z')
  await rent.waitFor()
  await rent.hover()
  await page.getByRole('button', { name: 'Delete Pay the rent' }).click()
  await rent.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await rent.waitFor()
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'title' })).items.map(({ title, completed }) => [
      title,
      completed,
    ]),
  ).toEqual([
    ['Pay the rent', false],
    ['Water the plants', false],
  ])
  app.noComplaints()
})

test('what the server refuses comes back, and says why; trying again does it', async () => {
  const app = await openApp(chromium, { but: /422/ })
  const { docket, page } = app
  await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await tasksOf(page).first().waitFor()
  await intercept(app, '**/operations', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'invalid_body', detail: 'Not today' }),
    }),
  )
  await page.getByRole('checkbox', { name: 'Pay the rent' }).click()
  await page.getByRole('alert').getByText("Couldn't save “Pay the rent”").waitFor()
  await taskOf(page, 'Pay the rent').waitFor()
  expect(await page.getByRole('checkbox', { name: 'Pay the rent' }).isChecked()).toBe(false)
  await app.context.unroute('**/operations')
  await page.getByRole('button', { name: 'Try again' }).click()
  await taskOf(page, 'Pay the rent').waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.listTasks()).items.map(({ completed }) => completed)).toEqual([true])
  app.noComplaints()
})
