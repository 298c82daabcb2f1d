import { expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { arrived, day, openApp, signIn, taskOf, titleOf, titlesOf } from './open-app.ts'

const chromium = launchChromium()

test('title, description, due, priority and labels are changed in place, each is kept, and undo takes the last one back', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent', labels: ['home'] } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Title').fill('Pay the rent and the parking')
  await page.getByLabel('Title').press('Enter')
  await titleOf(page, 'Pay the rent and the parking').waitFor()
  await page.getByLabel('Description').fill('From the **joint** account')
  await page.getByLabel('Due').fill(day(2))
  await page.getByLabel('Time').waitFor()
  await page.getByLabel('Time').fill('12:00')
  await page.getByLabel('Priority').selectOption('high')
  await page.getByPlaceholder('Add a label').fill('money')
  await page.getByPlaceholder('Add a label').press('Enter')
  await page.getByRole('button', { name: 'Remove label money' }).waitFor()
  await page.getByRole('button', { name: 'Remove label home' }).click()
  await page.getByRole('button', { name: 'Remove label home' }).waitFor({ state: 'detached' })
  await page.locator('.prose strong').getByText('joint').waitFor()
  await arrived(page)
  const wanted = {
    title: 'Pay the rent and the parking',
    description: 'From the **joint** account',
    due_date: day(2),
    due_time: '12:00',
    priority: 'high',
    labels: ['money'],
  }
  expect(await docket.getTask({ task: id })).toMatchObject(wanted)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Remove label home' }).waitFor()
  await arrived(page)
  expect(await docket.getTask({ task: id })).toMatchObject({ ...wanted, labels: ['home', 'money'] })
  await page.getByRole('button', { name: 'No date' }).click()
  await page.getByText(`No date`).first().waitFor()
  await page.getByLabel('Title').press('Escape')
  await page.getByLabel('Title').waitFor({ state: 'detached' })
  await arrived(page)
  expect(await docket.getTask({ task: id })).toMatchObject({ due_date: null, due_time: null })
  app.noComplaints()
})

test('a description is Markdown and nothing else: no script, no picture of another host, no address that runs something', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.createTask({
    body: {
      title: 'Odd',
      description:
        '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>\n\n[run](javascript:window.ran=1) ![seen](https://example.org/pixel.png) **bold**',
    },
  })
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  await signIn(app)
  await titleOf(page, 'Odd').click()
  await page.locator('.prose strong').waitFor()
  expect(await page.locator('.prose img, .prose script').count()).toBe(0)
  expect(await page.locator('.prose a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(['', 'https://example.org/pixel.png'])
  expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined()
  expect(new Set(asked)).toEqual(new Set([new URL(app.url).host]))
  app.noComplaints()
})

test('an edit that somebody else also made shows both versions, and the one that was chosen stays', async () => {
  const app = await openApp(chromium, { but: /412/ })
  const { docket, page } = app
  for (const choice of ['Keep mine', 'Keep the other']) {
    const { id } = await docket.createTask({ body: { title: `Rent, ${choice}` } })
    await signInOnce(app)
    await titleOf(page, `Rent, ${choice}`).click()
    await page.getByLabel('Title').fill(`Here, ${choice}`)
    await docket.updateTask({ task: id, body: { title: `There, ${choice}` } })
    await page.getByLabel('Title').press('Enter')
    const conflict = page.getByRole('alert').filter({ hasText: 'changed elsewhere too' })
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
})

test('what two people change of different parts of a task is no conflict, and both changes stay', async () => {
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
  expect(await docket.getTask({ task: id })).toMatchObject({ title: 'Pay the rent and the parking', priority: 'high' })
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
  const refused = page.getByRole('alert').filter({ hasText: 'Not saved' })
  await refused.getByText('Pay the rent in cash').waitFor()
  await docket.restoreTask({ task: task.id })
  await refused.getByRole('button', { name: 'Try again' }).click()
  await refused.waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).title).toBe('Pay the rent in cash')
  app.noComplaints()
})

test('a change of somebody else between two of one’s own is not overwritten without a word', async () => {
  const app = await openApp(chromium, { but: /412|ERR_/ })
  const { docket, page, context } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await context.setOffline(true)
  await page.getByText('Offline.').waitFor()
  await page.getByLabel('Priority').selectOption('high')
  await page.getByText('Priority high').first().waitFor()
  await page.getByLabel('Title').fill('Mine')
  await page.getByLabel('Title').press('Enter')
  await titleOf(page, 'Mine').waitFor()
  await docket.updateTask({ task: id, body: { title: 'Theirs' } })
  await context.setOffline(false)
  await page.getByText('Which one shall stay').waitFor()
  expect(await docket.getTask({ task: id })).toMatchObject({ title: 'Theirs', priority: 'high' })
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByText('Which one shall stay').waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.getTask({ task: id })).title).toBe('Mine')
  app.noComplaints()
})

test('undo does not overwrite what somebody else has written since', async () => {
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
  await page.getByText('Which one shall stay').waitFor()
  expect((await docket.getTask({ task: id })).title).toBe('Theirs')
  app.noComplaints()
})

test('the manual order is changed by dragging, by the keyboard and by the menu of a task', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['A', 'B', 'C', 'D']) await docket.createTask({ body: { title: `Task ${title}` } })
  await signIn(app)
  await taskOf(page, 'Task D').waitFor()
  const order = async (wanted: string) => {
    await page.waitForFunction(
      (text) => [...document.querySelectorAll('[data-task] > span:first-child')].map((each) => each.textContent?.slice(-1)).join('') === text,
      wanted,
    )
    await arrived(page)
    expect((await docket.listTasks({ sort: 'position' })).items.map(({ title }) => title.slice(-1)).join('')).toBe(wanted)
  }
  await order('ABCD')
  await titleOf(page, 'Task A').focus()
  await page.keyboard.press('Alt+ArrowDown')
  await order('BACD')
  await page.keyboard.press('Alt+End')
  await order('BCDA')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Task A')
  await titleOf(page, 'Task D').click()
  await page.getByLabel('Move', { exact: true }).selectOption('To the top')
  await order('DBCA')
  await page.getByRole('button', { name: 'Close' }).click()

  await taskOf(page, 'Task A').hover()
  const handle = await page.getByRole('button', { name: 'Move Task A' }).boundingBox()
  const target = await taskOf(page, 'Task B').boundingBox()
  if (!handle || !target) throw new Error('nothing to drag')
  await page.mouse.move(handle.x + 10, handle.y + 10)
  await page.mouse.down()
  await page.mouse.move(handle.x + 10, handle.y - 20, { steps: 5 })
  await page.mouse.move(handle.x + 10, target.y + 10, { steps: 10 })
  await page.mouse.up()
  await order('DABC')
  app.noComplaints()
})

test('a double click on a tick completes one task, and Shift with a click on a tick selects', async () => {
  const app = await openApp(chromium)
  const { page } = app
  for (const title of ['C', 'B', 'A'])
    await app.docket.moveTask({ task: (await app.docket.createTask({ body: { title: `Task ${title}` } })).id, body: { to: 'top' } })
  await signIn(app)
  await taskOf(page, 'Task C').waitFor()
  await page.getByRole('checkbox', { name: 'Task A' }).click({ modifiers: ['Shift'] })
  await page.getByText('1 selected').waitFor()
  expect(await page.getByRole('checkbox', { name: 'Select Task A' }).isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Cancel' }).click()
  const box = await page.getByRole('checkbox', { name: 'Task A' }).boundingBox()
  await page.mouse.dblclick((box?.x ?? 0) + 10, (box?.y ?? 0) + 10, { delay: 30 })
  await taskOf(page, 'Task A').waitFor({ state: 'detached' })
  await arrived(page)
  expect((await app.docket.listTasks({ completed: true })).total).toBe(1)
  app.noComplaints()
})

test('several tasks are selected by `x` and by a click with Shift, and completed, labelled, moved and deleted at once', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['A', 'B', 'C', 'D', 'E']) await docket.createTask({ body: { title: `Task ${title}` } })
  await signIn(app)
  await titleOf(page, 'Task A').focus()
  await page.keyboard.press('x')
  await titleOf(page, 'Task C').click({ modifiers: ['Shift'] })
  await page.getByText('3 selected').waitFor()
  await page.getByLabel('Add a label').fill('home')
  await page.getByLabel('Add a label').press('Enter')
  await page.getByText('Label home: 3 tasks').first().waitFor()
  await arrived(page)
  expect((await docket.listTasks({ label: ['home'] })).total).toBe(3)

  await page.getByRole('button', { name: 'Select' }).click()
  for (const title of ['Task D', 'Task E']) {
    await page.getByRole('checkbox', { name: `Select ${title}` }).click()
    expect(await page.getByRole('checkbox', { name: `Select ${title}` }).isChecked()).toBe(true)
  }
  await page.getByRole('checkbox', { name: 'Select Task B' }).click({ modifiers: ['Shift'] })
  await page.getByText('4 selected').waitFor()
  for (const title of ['Task B', 'Task C']) await page.getByRole('checkbox', { name: `Select ${title}` }).uncheck()
  await page.getByLabel('Move to').selectOption('top')
  await page.getByText('Moved 2 tasks').first().waitFor()
  await arrived(page)
  expect((await docket.listTasks({ sort: 'position' })).items.map(({ title }) => title.slice(-1)).join('')).toBe('DEABC')

  await page.getByRole('button', { name: 'Select' }).click()
  for (const title of ['Task A', 'Task B']) await page.getByRole('checkbox', { name: `Select ${title}` }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Complete' }).click()
  await taskOf(page, 'Task B').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Select' }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByText('3 selected').waitFor()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Nothing to do').waitFor()
  await page.keyboard.press('z')
  await taskOf(page, 'Task E').waitFor()
  await arrived(page)
  expect(await titlesOf(page)).toEqual(['Task D', 'Task E', 'Task C'])
  expect((await docket.listTasks({ completed: true })).total).toBe(2)
  app.noComplaints()
})

/** Signs in where nobody is yet; else lets the page catch up with what the other device did. */
async function signInOnce(app: Awaited<ReturnType<typeof openApp>>): Promise<void> {
  if (app.page.url() === 'about:blank') return signIn(app)
  await app.page.reload()
  await app.page.getByLabel('New task').waitFor()
}

test('a text that is being written is kept however the page is left, and two tabs write one text, not two', async () => {
  const app = await openApp(chromium)
  const { docket, page, context, url } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('Half of it')
  await page.reload()
  await page.getByText('You were writing in').waitFor()
  await page.getByRole('link', { name: 'Go on' }).click()
  expect(await page.getByLabel('Description').inputValue()).toBe('Half of it')
  await page.getByRole('navigation', { name: 'Views' }).getByText('Done').click()
  await page.getByText('Nothing is done yet').waitFor()
  await arrived(page)
  expect((await docket.getTask({ task: id })).description).toBe('Half of it')

  await page.goto(url)
  await page.getByLabel('New task').fill('Half typed')
  const other = await context.newPage()
  await other.goto(url)
  await other.getByLabel('New task').press('Enter')
  await taskOf(other, 'Half typed').waitFor()
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=title]')?.value === '')
  await arrived(page)
  expect((await docket.listTasks()).total).toBe(2)
  app.noComplaints()
})

test('a text that is too long says so and is not cut; a refused one can be kept once its task is back', async () => {
  const app = await openApp(chromium, { but: /404|412|ERR_/ })
  const { docket, page, context } = app
  const task = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('x'.repeat(1_001))
  await page.getByText('At most 1000 characters; these are 1001.').waitFor()
  await page.getByLabel('Description').fill('An essay')
  await context.setOffline(true)
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText('1 change is kept').waitFor()
  await docket.deleteTask({ task: task.id })
  await context.setOffline(false)
  await page.getByRole('alert').getByText('An essay').waitFor()
  await page.getByRole('link', { name: 'Trash' }).click()
  await page.getByRole('button', { name: 'Restore Pay the rent' }).click()
  await page.getByText('The trash is empty').waitFor()
  await expect.poll(async () => (await docket.listTasks()).total).toBe(1)
  await page.getByRole('button', { name: 'Try again' }).click()
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).description).toBe('An essay')
  app.noComplaints()
})

test('what any client can write into a task is shown, and never a blank page', async () => {
  const app = await openApp(chromium)
  const { docket, page, url } = app
  await docket.createTask({ body: { title: 'Far', due_date: '9999-12-31', due_time: '23:59', due_time_zone: 'Pacific/Niue' } })
  await docket.createTask({ body: { title: 'Old', due_date: '1000-01-01', labels: ['"%#<b>', '   x'], description: '- '.repeat(480) } })
  await signIn(app)
  await taskOf(page, 'Far').waitFor()
  await page.getByLabel('New task').fill('ides of march 44 BC')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'ides of march 44 BC').waitFor()
  for (const path of ['/upcoming', '/today', '/?sort=__proto__', '/?sort=toString&label=%00&priority=x&task=none', '/?q=%3Cscript%3E']) {
    await page.goto(`${url}${path}`)
    await page.getByLabel('New task').waitFor()
  }
  await page.goto(url)
  await titleOf(page, 'Old').click()
  await page.getByRole('button', { name: 'Edit' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  await arrived(page)
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
