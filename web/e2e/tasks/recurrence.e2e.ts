import { expect, test } from 'vitest'
import { axe } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { arrived, openApp, signIn, taskOf, titleOf, titlesOf } from '../support/open-app.ts'

const chromium = launchChromium()
const MONDAY = new Date('2026-11-30T15:00:00Z')

test('a line says how a task repeats; completing it shows the next date', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await page.clock.setFixedTime(MONDAY)
  await signIn(app)
  const field = page.getByLabel('New task')
  await field.fill('Standup every tue 9:30 #work')
  await page.getByText('Every Tuesday').waitFor()
  await field.press('Enter')
  await taskOf(page, 'Standup').getByText('Every Tuesday').waitFor()
  await arrived(page)
  const [task] = (await docket.listTasks()).items
  expect(task).toMatchObject({
    ...{ title: 'Standup', due_date: '2026-12-01', due_time: '09:30', labels: ['work'] },
    recurrence: { rule: 'FREQ=WEEKLY;BYDAY=TU', from: 'due', missed: 'skip' },
  })
  await page.getByRole('checkbox', { name: 'Standup' }).click()
  await page.getByText('Next: Tue, Dec 8').first().waitFor()
  await arrived(page)
  expect((await docket.listTasks({ completed: false })).items).toMatchObject([
    { title: 'Standup', due_date: '2026-12-08' },
  ])
  await page.getByRole('button', { name: 'Undo' }).click()
  await arrived(page)
  expect((await docket.listTasks({ completed: false })).items).toMatchObject([{ id: task?.id }])
  expect((await docket.listTasks({ trashed: true })).total).toBe(0)
  app.noComplaints()
})

test('offline, the next task is there at once, and is one task on the server', async () => {
  const app = await openApp(chromium, { but: /ERR_INTERNET_DISCONNECTED/ })
  const { docket, page, context } = app
  await page.clock.setFixedTime(MONDAY)
  const recurrence = { rule: 'FREQ=DAILY' }
  const plants = { title: 'Water the plants', due_date: '2026-11-30', recurrence }
  const { id } = await docket.createTask({ body: plants })
  await docket.createTask({ body: { title: 'Fill the can', parent_id: id } })
  await signIn(app)
  await titleOf(page, 'Water the plants').waitFor()
  await context.setOffline(true)
  await page.getByRole('checkbox', { name: 'Water the plants' }).click()
  await page.getByText('Next: Tomorrow').first().waitFor()
  await taskOf(page, 'Water the plants').getByText('Tomorrow').waitFor()
  expect(await titlesOf(page)).toEqual(['Water the plants', 'Fill the can'])
  // Another device completes the same date.
  await docket.toggleTaskCompletion({
    task: id,
    body: { completed: true, completed_on: '2026-11-30' },
  })
  await context.setOffline(false)
  await arrived(page)
  const open = (await docket.listTasks({ completed: false, sort: 'title' })).items
  expect(open.map(({ title, due_date }) => [title, due_date])).toEqual([
    ['Fill the can', null],
    ['Water the plants', '2026-12-01'],
  ])
  await expect.poll(() => titlesOf(page)).toEqual(['Water the plants', 'Fill the can'])
  app.noComplaints()
})

test('the editor sets, changes and ends a repeat, and skips a date', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await page.clock.setFixedTime(MONDAY)
  const { id } = await docket.createTask({ body: { title: 'Rent', due_date: '2026-12-01' } })
  const stored = async () => (await docket.getTask({ task: id })).recurrence
  await signIn(app)
  await titleOf(page, 'Rent').click()
  const repeat = page.getByLabel('Repeat')
  await repeat.selectOption('Every month on the 1st')
  await arrived(page)
  expect(await stored()).toMatchObject({ rule: 'FREQ=MONTHLY;BYMONTHDAY=1', from: 'due' })
  await repeat.selectOption('Every few days, weeks, months…')
  await page.getByLabel('How many').fill('3')
  await page.getByLabel('Days, weeks, months or years').selectOption('weeks')
  await page.getByLabel('Count from the day of completion').click()
  await arrived(page)
  expect(await stored()).toEqual({
    ...{ rule: 'FREQ=WEEKLY;INTERVAL=3', from: 'completion', missed: 'skip' },
  })
  await page.getByRole('button', { name: 'Skip this date' }).click()
  await page.getByText('Skipped “Rent”. Next: Tue, Dec 22').first().waitFor()
  await arrived(page)
  expect((await docket.getTask({ task: id })).due_date).toBe('2026-12-22')
  for (const width of [360, 820, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    expect(await axe(page)).toEqual([])
  }
  await repeat.selectOption('Does not repeat')
  await arrived(page)
  expect(await stored()).toBeNull()
  app.noComplaints()
})
