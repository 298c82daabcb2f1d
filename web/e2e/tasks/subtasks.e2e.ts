import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axe } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import {
  add,
  arrived,
  day,
  installed,
  openApp,
  signIn,
  taskOf,
  titleOf,
  titlesOf,
} from '../support/open-app.ts'

const chromium = launchChromium()
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/

const subtasksOf = (page: Page) => page.getByRole('region', { name: 'Subtasks' })
async function addSubtasks(page: Page, ...titles: string[]): Promise<void> {
  for (const title of titles) {
    await page.getByLabel('Add a subtask').fill(title)
    await page.getByLabel('Add a subtask').press('Enter')
    await subtasksOf(page).getByRole('button', { name: title }).waitFor()
  }
}
/** The titles of the rows, each with the columns of a level before it. */
const treeOf = (page: Page) =>
  page
    .locator('[data-task]')
    .evaluateAll((rows) =>
      rows.map(
        (row) =>
          `${'. '.repeat(
            Number(/\* ?(\d)/.exec(row.parentElement?.getAttribute('style') ?? '')?.[1] ?? 0),
          )}${row.querySelector('span')?.textContent}`,
      ),
    )

test('subtasks are added in the task, stand under it, and count into its progress', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await add(page, 'Move house')
  await titleOf(page, 'Move house').click()
  await addSubtasks(page, 'Pack the books', 'Hire a van')
  await subtasksOf(page).getByRole('checkbox', { name: 'Hire a van' }).click()
  await subtasksOf(page).getByText('1/2').waitFor()
  await subtasksOf(page).getByRole('button', { name: 'Pack the books' }).click()
  await subtasksOf(page).getByText('Subtask of').waitFor()
  await addSubtasks(page, 'Buy boxes')
  await page.keyboard.press('Escape')
  expect(await treeOf(page)).toEqual(['Move house', '. Pack the books', '. . Buy boxes'])
  expect(await taskOf(page, 'Move house').first().innerText()).toContain('1/2')
  expect(await axe(page)).toEqual([])

  await page.getByRole('button', { name: 'Subtasks of Move house' }).click()
  expect(await treeOf(page)).toEqual(['Move house'])
  await page.reload()
  await taskOf(page, 'Move house').waitFor()
  expect(await treeOf(page)).toEqual(['Move house'])
  await arrived(page)
  const { items } = await docket.listTasks({ parent_id: 'none' })
  expect(items.map(({ title, subtasks }) => [title, subtasks])).toEqual([
    ['Move house', { open: 1, done: 1 }],
  ])
  app.noComplaints()
})

test('a task is completed with its subtasks, and undo reopens just those', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const parent = await docket.createTask({ body: { title: 'Parent' } })
  const under = { parent_id: parent.id }
  await docket.createTask({ body: { title: 'Done before', completed: true, ...under } })
  await docket.createTask({ body: { title: 'Still open', ...under } })
  await signIn(app)
  await taskOf(page, 'Still open').waitFor()
  await page.getByRole('checkbox', { name: 'Parent' }).click()
  await page.getByText('Completed “Parent” and 1 subtask').first().waitFor()
  expect(await titlesOf(page)).toEqual([])
  await arrived(page)
  expect((await docket.listTasks({ completed: true })).total).toBe(3)
  await page.keyboard.press('z')
  await taskOf(page, 'Still open').waitFor()
  await arrived(page)
  const done = await docket.listTasks({ completed: true })
  expect(done.items.map(({ title }) => title)).toEqual(['Done before'])
  app.noComplaints()
})

test('keys make a task a subtask of the one above, move it there, and take it out', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await add(page, 'Gamma', 'Beta', 'Alpha')
  await titleOf(page, 'Beta').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Beta', 'Gamma'])
  await titleOf(page, 'Gamma').focus()
  await page.keyboard.press('Alt+ArrowRight')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Beta', '. Gamma'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Gamma', '. Beta'])
  await titleOf(page, 'Beta').focus()
  await page.keyboard.press('Alt+ArrowLeft')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Gamma', 'Beta'])
  await page.keyboard.press('z')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Gamma', '. Beta'])
  await titleOf(page, 'Alpha').focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha'])
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => treeOf(page)).toEqual(['Alpha', '. Gamma', '. Beta'])
  await arrived(page)
  const a = (await docket.listTasks({ parent_id: 'none' })).items[0]
  const below = await docket.listTasks({ parent_id: a?.id ?? '', sort: 'position' })
  expect(below.items.map(({ title }) => title)).toEqual(['Gamma', 'Beta'])
  app.noComplaints()
})

test('a tree goes to the trash as one, and comes back as one', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const parent = await docket.createTask({ body: { title: 'Parent' } })
  await docket.createTask({ body: { title: 'Child', parent_id: parent.id } })
  await signIn(app)
  await titleOf(page, 'Parent').first().focus()
  await page.keyboard.press('Delete')
  await expect.poll(() => treeOf(page)).toEqual([])
  await page.keyboard.press('z')
  await expect.poll(() => treeOf(page)).toEqual(['Parent', '. Child'])
  await titleOf(page, 'Parent').first().focus()
  await page.keyboard.press('Delete')
  await arrived(page)
  expect((await docket.listTasks({})).total).toBe(0)
  await page.getByRole('navigation').getByText('Trash').click()
  await page.getByRole('button', { name: 'Restore Parent' }).click()
  await expect.poll(() => titlesOf(page)).toEqual([])
  await arrived(page)
  expect((await docket.listTasks({})).total).toBe(2)
  app.noComplaints()
})

test('a task and its subtasks made offline arrive in order, once', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, docket, page } = app
  await signIn(app)
  await installed(page)
  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await add(page, 'Move house')
  await titleOf(page, 'Move house').click()
  await addSubtasks(page, 'Pack', 'Clean')
  await page.reload()
  await expect.poll(() => treeOf(page)).toEqual(['Move house', '. Pack', '. Clean'])
  await context.setOffline(false)
  await arrived(page)
  const [parent] = (await docket.listTasks({ parent_id: 'none' })).items
  expect([parent?.title, parent?.subtasks]).toEqual(['Move house', { open: 2, done: 0 }])
  const below = await docket.listTasks({ parent_id: parent?.id ?? '', sort: 'position' })
  expect(below.items.map(({ title }) => title)).toEqual(['Pack', 'Clean'])
  app.noComplaints()
})

test('a subtask that is alone in a view names its parent, and leads to it', async () => {
  const app = await openApp(chromium, { viewport: { width: 360, height: 800 } })
  const { docket, page } = app
  const parent = await docket.createTask({ body: { title: 'Move house' } })
  await docket.createTask({ body: { title: 'Pack', parent_id: parent.id, due_date: day(0) } })
  await docket.createTask({ body: { title: 'Later', due_date: day(0), starts_on: day(2) } })
  await signIn(app, '/today')
  await taskOf(page, 'Pack').waitFor()
  expect(await titlesOf(page)).toEqual(['Pack'])
  expect(await taskOf(page, 'Pack').innerText()).toContain('Move house')
  await titleOf(page, 'Pack').click()
  await page.getByRole('button', { name: 'Move house' }).click()
  await page.getByRole('heading', { name: 'All tasks' }).waitFor()
  await subtasksOf(page).getByRole('button', { name: 'Pack' }).waitFor()
  expect(await axe(page)).toEqual([])
  app.noComplaints()
})
