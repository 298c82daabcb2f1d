import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import {
  arrived,
  openApp,
  signIn,
  slowDown,
  taskOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()

test('the manual order changes by dragging, keyboard and menu', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['A', 'B', 'C', 'D'])
    await docket.createTask({ body: { title: `Task ${title}` } })
  await signIn(app)
  await taskOf(page, 'Task D').waitFor()
  const order = async (wanted: string) => {
    await page.waitForFunction(
      (text) =>
        [...document.querySelectorAll('[data-task] > span:first-child')]
          .map((each) => each.textContent?.slice(-1))
          .join('') === text,
      wanted,
    )
    await arrived(page)
    expect(
      (await docket.listTasks({ sort: 'position' })).items
        .map(({ title }) => title.slice(-1))
        .join(''),
    ).toBe(wanted)
  }
  await order('ABCD')
  await titleOf(page, 'Task A').focus()
  await page.keyboard.press('Alt+ArrowDown')
  await order('BACD')
  await page.keyboard.press('Alt+End')
  await order('BCDA')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Task A')
  await titleOf(page, 'Task D').click()
  await page.getByLabel('Move', { exact: true }).selectOption('Move to top')
  await order('DBCA')
  await page.getByRole('button', { name: 'Close' }).click()

  const grip = page.getByRole('button', { name: 'Move Task A' })
  await grip.hover()
  const [handle, target] = [await grip.boundingBox(), await taskOf(page, 'Task B').boundingBox()]
  if (!handle || !target) throw new Error('nothing to drag')
  await page.mouse.down()
  await page.mouse.move(handle.x + 10, handle.y - 20, { steps: 5 })
  // As a hand does: on, until the line is where it shall be.
  const line = taskOf(page, 'Task B').locator('[class*="shadow-[0_-2px"]')
  const follow = async () => {
    await page.mouse.move(handle.x + 10, target.y + 5, { steps: 10 })
    await page.mouse.move(handle.x + 10, target.y + target.height / 2, { steps: 10 })
    return line.count()
  }
  await expect.poll(follow).toBe(1)
  await page.mouse.up()
  await order('DABC')
  app.noComplaints()
})

test('a click opens a task while its row becomes draggable, on a slow page', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await docket.createTask({ body: { title: 'Pay the rent' } })
  await signIn(app)
  await taskOf(page, 'Pay the rent').waitFor()
  await slowDown(page)
  await Promise.all([page.waitForResponse(/manual-list/), titleOf(page, 'Pay the rent').hover()])
  await titleOf(page, 'Pay the rent').click({ delay: 500 })
  await page.getByLabel('Title').waitFor()
  app.noComplaints()
})

test('a double click on a checkbox completes one task; Shift selects', async () => {
  const app = await openApp(chromium)
  const { page } = app
  for (const title of ['C', 'B', 'A'])
    await app.docket.moveTask({
      task: (await app.docket.createTask({ body: { title: `Task ${title}` } })).id,
      body: { to: 'top' },
    })
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

test('several tasks are selected, completed, labelled, moved and deleted at once', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const title of ['A', 'B', 'C', 'D', 'E'])
    await docket.createTask({ body: { title: `Task ${title}` } })
  await signIn(app)
  await titleOf(page, 'Task A').focus()
  await page.keyboard.press('x')
  await titleOf(page, 'Task C').click({ modifiers: ['Shift'] })
  await page.getByText('3 selected').waitFor()
  await page.getByLabel('Add a label').fill('home')
  await page.getByLabel('Add a label').press('Enter')
  await page.getByText('Added #home to 3 tasks').first().waitFor()
  await arrived(page)
  expect((await docket.listTasks({ label: ['home'] })).total).toBe(3)

  await page.getByRole('button', { name: 'Select' }).click()
  for (const title of ['Task D', 'Task E']) {
    await page.getByRole('checkbox', { name: `Select ${title}` }).click()
    expect(await page.getByRole('checkbox', { name: `Select ${title}` }).isChecked()).toBe(true)
  }
  await page.getByRole('checkbox', { name: 'Select Task B' }).click({ modifiers: ['Shift'] })
  await page.getByText('4 selected').waitFor()
  for (const title of ['Task B', 'Task C'])
    await page.getByRole('checkbox', { name: `Select ${title}` }).uncheck()
  await page.getByLabel('Move to').selectOption('top')
  await page.getByText('Moved 2 tasks').first().waitFor()
  await arrived(page)
  expect(
    (await docket.listTasks({ sort: 'position' })).items
      .map(({ title }) => title.slice(-1))
      .join(''),
  ).toBe('DEABC')

  await page.getByRole('button', { name: 'Select' }).click()
  for (const title of ['Task A', 'Task B'])
    await page.getByRole('checkbox', { name: `Select ${title}` }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Complete' }).click()
  await taskOf(page, 'Task B').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Select' }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByText('3 selected').waitFor()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No tasks yet').waitFor()
  await page.keyboard.press('z')
  await taskOf(page, 'Task E').waitFor()
  await arrived(page)
  expect(await titlesOf(page)).toEqual(['Task D', 'Task E', 'Task C'])
  expect((await docket.listTasks({ completed: true })).total).toBe(2)
  app.noComplaints()
})
