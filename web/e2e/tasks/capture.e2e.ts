import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { arrived, day, openApp, signIn, taskOf, titlesOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('quick add previews due, priority and labels; Enter adds several', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await page.keyboard.press('n')
  await page.keyboard.type('Pay the rent tomorrow 9am !high #home !whatever')
  const help = page.locator('#new-task-help')
  await help.getByText('#home').waitFor()
  await help.getByLabel('Due').waitFor()
  expect([
    await help.getByLabel('Due').inputValue(),
    await help.getByLabel('Time').inputValue(),
    await help.getByLabel('Priority').inputValue(),
  ]).toEqual([day(1), '09:00', 'high'])
  await page.keyboard.press('Enter')
  await page.keyboard.type('Water the plants')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Call Grace')
  await page.keyboard.press('Enter')
  await taskOf(page, 'Call Grace').waitFor()
  expect(await titlesOf(page)).toEqual(['Call Grace', 'Water the plants', 'Pay the rent !whatever'])
  await arrived(page)
  const { items } = await docket.listTasks({ sort: 'position' })
  expect(
    items.map(({ title, due_date, due_time, priority, labels }) => [
      title,
      due_date,
      due_time,
      priority,
      labels,
    ]),
  ).toEqual([
    ['Call Grace', null, null, 'none', []],
    ['Water the plants', null, null, 'none', []],
    ['Pay the rent !whatever', day(1), '09:00', 'high', ['home']],
  ])
  app.noComplaints()
})

test('what was read from a line can be changed or taken away before Enter', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await page.getByLabel('New task').fill('Read Tomorrow by Chan !low #books #sale1984')
  const help = page.locator('#new-task-help')
  await help.getByRole('button', { name: 'Remove date' }).click()
  await help.getByLabel('Priority').selectOption('medium')
  await help.getByRole('button', { name: 'Remove label sale1984' }).click()
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Read Tomorrow').waitFor()
  await page.getByLabel('New task').fill('Call Grace tomorrow')
  await help.getByLabel('Due').fill(day(3))
  await help.getByLabel('Time').fill('18:30')
  await help.getByLabel('Time').press('Enter')
  await taskOf(page, 'Call Grace').waitFor()
  await arrived(page)
  const { items } = await docket.listTasks({ sort: 'title' })
  expect(
    items.map(({ title, due_date, due_time, priority, labels }) => [
      title,
      due_date,
      due_time,
      priority,
      labels,
    ]),
  ).toEqual([
    ['Call Grace', day(3), '18:30', 'none', []],
    ['Read Tomorrow by Chan #sale1984', null, null, 'medium', ['books']],
  ])
  app.noComplaints()
})

test('pasted lines are offered as several tasks, in order, or as one', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  const paste = (text: string) =>
    page.getByLabel('New task').evaluate((input, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text', pasted)
      input.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    }, text)
  await page.getByLabel('New task').focus()
  await paste('- Milk #shop\n- Bread\n\n3. Eggs !high\n')
  await page.getByRole('button', { name: 'Add 3 tasks' }).click()
  await taskOf(page, 'Eggs').waitFor()
  expect(await titlesOf(page)).toEqual(['Milk', 'Bread', 'Eggs'])
  await paste(`Short\n${'long '.repeat(120)}`)
  await page.getByRole('button', { name: 'Add 2 tasks' }).click()
  await taskOf(page, 'Short').waitFor()
  await page.getByLabel('New task').focus()
  await paste('One\ntwo')
  await page.getByRole('button', { name: 'Add as one task' }).click()
  await page.keyboard.press('Enter')
  await taskOf(page, 'One two').waitFor()
  await arrived(page)
  expect(
    (await app.docket.listTasks({ sort: 'position' })).items.map(({ title, labels }) => [
      title,
      labels,
    ]),
  ).toEqual([
    ['One two', []],
    ['Short', []],
    [`${'long '.repeat(120).slice(0, 499)}…`, []],
    ['Milk', ['shop']],
    ['Bread', []],
    ['Eggs', []],
  ])
  app.noComplaints()
})

test('a title that is too long stays in its field, also after a reload', async () => {
  const app = await openApp(chromium)
  const { page } = app
  await signIn(app)
  await page.getByLabel('New task').fill('x'.repeat(501))
  await page.getByLabel('New task').press('Enter')
  await page.getByText('1 character too long (501/500)').waitFor()
  await page.getByLabel('New task').fill('Half a thou')
  await page.reload()
  await page.getByLabel('New task').waitFor()
  expect(await page.getByLabel('New task').inputValue()).toBe('Half a thou')
  expect(await titlesOf(page)).toEqual([])
  app.noComplaints()
})
