import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { arrived, day, openApp, signIn, taskOf, titleOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('every field is edited in place and kept; undo takes the last one back', async () => {
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

test('a description is Markdown without scripts, foreign images or links that run', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.createTask({
    body: {
      title: 'Odd',
      description:
        '<img src=x onerror="window.ran = 1"><script>window.ran = ' +
        '1</script>\n\n[run](javascript:window.ran=1) ![seen](https://example.org/pixel.png) ' +
        '**bold**',
    },
  })
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  await signIn(app)
  await titleOf(page, 'Odd').click()
  await page.locator('.prose strong').waitFor()
  expect(await page.locator('.prose img, .prose script').count()).toBe(0)
  expect(
    await page
      .locator('.prose a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
  ).toEqual(['', 'https://example.org/pixel.png'])
  expect(await page.evaluate(() => (window as { ran?: number }).ran)).toBeUndefined()
  expect(new Set(asked)).toEqual(new Set([new URL(app.url).host]))
  app.noComplaints()
})

test('a text being written is kept, however the page is left', async () => {
  const app = await openApp(chromium)
  const { docket, page, context, url } = app
  const { id } = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('Half of it')
  await page.reload()
  await page.getByText('You have an unsaved draft in').waitFor()
  await page.getByRole('link', { name: 'Continue editing' }).click()
  expect(await page.getByLabel('Description').inputValue()).toBe('Half of it')
  await page.getByRole('navigation', { name: 'Views' }).getByText('Completed').click()
  await page.getByText('Completed tasks will appear here').waitFor()
  await arrived(page)
  expect((await docket.getTask({ task: id })).description).toBe('Half of it')

  await page.goto(url)
  await page.getByLabel('New task').fill('Half typed')
  const other = await context.newPage()
  await other.goto(url)
  await other.getByLabel('New task').press('Enter')
  await taskOf(other, 'Half typed').waitFor()
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('[name=title]')?.value === '',
  )
  await arrived(page)
  expect((await docket.listTasks()).total).toBe(2)
  app.noComplaints()
})

test('a text that is too long is not cut, and can be kept later', async () => {
  const app = await openApp(chromium, { but: /404|412|ERR_/ })
  const { docket, page, context } = app
  const task = await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await titleOf(page, 'Pay the rent').click()
  await page.getByLabel('Description').fill('x'.repeat(16_001))
  await page.getByText('1 character too long (16001/16000)').waitFor()
  await page.getByLabel('Description').fill('An essay')
  await context.setOffline(true)
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText("1 change will sync when you're back").waitFor()
  await docket.deleteTask({ task: task.id })
  await context.setOffline(false)
  await page.getByRole('alert').getByText('An essay').waitFor()
  await page.getByRole('link', { name: 'Trash' }).click()
  await page.getByRole('button', { name: 'Restore Pay the rent' }).click()
  await page.getByText('Trash is empty').waitFor()
  await expect.poll(async () => (await docket.listTasks()).total).toBe(1)
  await page.getByRole('button', { name: 'Try again' }).click()
  await arrived(page)
  expect((await docket.getTask({ task: task.id })).description).toBe('An essay')
  app.noComplaints()
})

test('what any client can write into a task is shown, and never a blank page', async () => {
  const app = await openApp(chromium)
  const { docket, page, url } = app
  await docket.createTask({
    body: {
      title: 'Far',
      due_date: '9999-12-31',
      due_time: '23:59',
      due_time_zone: 'Pacific/Niue',
    },
  })
  await docket.createTask({
    body: {
      title: 'Old',
      due_date: '1000-01-01',
      labels: ['"%#<b>', '   x'],
      description: '- '.repeat(480),
    },
  })
  await signIn(app)
  await taskOf(page, 'Far').waitFor()
  await page.getByLabel('New task').fill('ides of march 44 BC')
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'ides of march 44 BC').waitFor()
  for (const path of [
    '/upcoming',
    '/today',
    '/?sort=__proto__',
    '/?sort=toString&label=%00&priority=x&task=none',
    '/?q=%3Cscript%3E',
  ]) {
    await page.goto(`${url}${path}`)
    await page.getByLabel('New task').waitFor()
  }
  await page.goto(url)
  await titleOf(page, 'Old').click()
  await page.getByRole('button', { name: 'Edit' }).waitFor()
  expect(
    await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ),
  ).toBe(0)
  await arrived(page)
  app.noComplaints()
})

test('a click after editing a description acts where it was made', async () => {
  const app = await openApp(chromium, { hasTouch: true })
  const { docket, page } = app
  const description = Array.from({ length: 14 }, (_, index) => `# line ${index}`).join('\n')
  const { id } = await docket.createTask({ body: { title: 'First', description } })
  await signIn(app)
  for (const way of ['mouse', 'touch'] as const) {
    await titleOf(page, 'First').click()
    await page.locator('.prose').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('M')
    await page.getByRole('button', { name: 'Close' }).scrollIntoViewIfNeeded()
    const box = await page.getByRole('button', { name: 'Close' }).boundingBox()
    const [x, y] = [(box?.x ?? 0) + 10, (box?.y ?? 0) + 10]
    if (way === 'touch') await page.touchscreen.tap(x, y)
    else {
      await page.mouse.move(x, y)
      await page.mouse.down()
      // A press takes a while: as long as a frame or some.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      )
      await page.mouse.up()
    }
    await page.locator('[data-editor]').waitFor({ state: 'detached' })
  }
  await arrived(page)
  expect((await docket.getTask({ task: id })).description).toBe(`${description}MM`)
  app.noComplaints()
})
