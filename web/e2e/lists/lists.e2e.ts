import { expect, test } from 'vitest'
import { axe } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { addList, listsOf } from '../support/lists.ts'
import { add, arrived, openApp, signIn, taskOf, titleOf, titlesOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('a list is made, filled, renamed, archived and deleted, and undo brings it back', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  await signIn(app)
  await add(page, 'In the Inbox')
  await addList(page, 'Home')
  await page.getByPlaceholder('Add a task to Home').waitFor()
  await add(page, 'Water the plants', 'Pay the rent')
  expect(await titlesOf(page)).toEqual(['Pay the rent', 'Water the plants'])
  await arrived(page)
  const [list] = (await docket.listLists()).items
  expect([list?.name, list?.color]).toEqual(['Home', 'green'])
  expect((await docket.listTasks({ list_id: list?.id ?? '' })).total).toBe(2)
  expect(await listsOf(page).getByRole('link', { name: 'Home' }).innerText()).toContain('2')

  await page.getByRole('button', { name: 'Edit list' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('House and garden')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'House and garden' }).waitFor()

  await page.getByRole('button', { name: 'Edit list' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Archive', exact: true }).click()
  await listsOf(page).getByText('Archived (1)').waitFor()
  expect(await titlesOf(page)).toHaveLength(2)

  await page.getByRole('button', { name: 'Edit list' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await taskOf(page, 'In the Inbox').waitFor()
  await listsOf(page).getByText('Archived').waitFor({ state: 'detached' })
  await page.getByRole('navigation').getByText('Trash').click()
  await taskOf(page, 'Pay the rent').waitFor()
  await page.getByRole('button', { name: 'Restore list House and garden' }).click()
  await taskOf(page, 'Pay the rent').waitFor({ state: 'detached' })
  await arrived(page)
  expect((await docket.listTasks({ list_id: list?.id ?? '' })).total).toBe(2)
  app.noComplaints()
})

test('tasks move between lists, one in its editor and several at once', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const home = await docket.createList({ body: { name: 'Home', color: 'teal' } })
  const work = await docket.createList({ body: { name: 'Work' } })
  for (const title of ['One', 'Two', 'Three']) await docket.createTask({ body: { title } })
  await signIn(app)
  await titleOf(page, 'One').click()
  await page.getByRole('combobox', { name: 'List' }).selectOption('Home')
  await taskOf(page, 'One').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByLabel('Select Two').check()
  await page.getByLabel('Select Three').check()
  await page.getByLabel('Put into list').selectOption('Work')
  await page.getByText('No tasks yet.').waitFor()
  await listsOf(page).getByRole('link', { name: 'Work' }).click()
  await taskOf(page, 'Two').waitFor()
  expect(await titlesOf(page)).toEqual(['Two', 'Three'])
  await page.getByRole('navigation').getByText('All tasks').click()
  await taskOf(page, 'One').waitFor()
  expect(await titlesOf(page)).toEqual(['One', 'Two', 'Three'])
  await arrived(page)
  const listed = async (list_id: string) =>
    (await docket.listTasks({ list_id, sort: 'position' })).items.map(({ title }) => title)
  expect([await listed(home.id), await listed(work.id), await listed('inbox')]).toEqual([
    ['One'],
    ['Two', 'Three'],
    [],
  ])
  app.noComplaints()
})

test('a list with its dialog is readable in both themes and on a phone', async () => {
  const app = await openApp(chromium, { reducedMotion: 'reduce' })
  const { docket, page } = app
  const list = await docket.createList({ body: { name: 'Home', color: 'green' } })
  await docket.createList({ body: { name: 'A list whose name is much longer than its place' } })
  const word = await docket.createList({ body: { name: 'Wort'.repeat(25) } })
  await docket.createTask({ body: { title: 'Water the plants', list_id: list.id } })
  await signIn(app, `/lists/${list.id}`)
  await taskOf(page, 'Water the plants').waitFor()
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [360, 820, 1280]) {
      await page.emulateMedia({ colorScheme })
      await page.waitForFunction(
        (theme) => document.documentElement.dataset.theme === theme,
        colorScheme,
      )
      await page.setViewportSize({ width, height: 900 })
      const isWide = await page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      )
      expect([colorScheme, width, isWide]).toEqual([colorScheme, width, false])
      await page.getByRole('button', { name: 'Edit list' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await axe(page)).toEqual([])
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${colorScheme}-${width}.png` })
      await page.keyboard.press('Escape')
      await page.goto(`${app.url}/lists/${word.id}`)
      await page.getByRole('heading', { name: 'Wort'.repeat(25) }).waitFor()
      const isCut = await page.evaluate(
        () => document.documentElement.scrollWidth > window.innerWidth,
      )
      expect([colorScheme, width, isCut]).toEqual([colorScheme, width, false])
      await page.goto(`${app.url}/lists/${list.id}`)
      await taskOf(page, 'Water the plants').waitFor()
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/list-${colorScheme}-${width}.png` })
    }
  app.noComplaints()
})

test('a line names the list that its task goes into; other words with / stay text', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const home = await docket.createList({ body: { name: 'House and Garden' } })
  await docket.createList({ body: { name: 'House' } })
  await signIn(app)
  await page.getByLabel('New task').fill('Water the plants tomorrow /house and garden #green')
  // Without it the words stay text, as they do until the lists are on the device.
  await page.getByRole('button', { name: 'Remove list House and Garden' }).waitFor()
  await page.getByLabel('New task').press('Enter')
  await page.getByText('Added “Water the plants”').first().waitFor()
  await page.getByLabel('New task').fill('Read /etc/hosts /House')
  await page.getByRole('button', { name: 'Remove list House' }).click()
  await page.getByLabel('New task').press('Enter')
  await taskOf(page, 'Read /etc/hosts /House').waitFor()
  await arrived(page)
  const [task] = (await docket.listTasks({ list_id: home.id })).items
  expect([task?.title, task?.labels]).toEqual(['Water the plants', ['green']])
  app.noComplaints()
})

test('lists are ordered by dragging, keys and dialog; a task is dropped on one', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  for (const name of ['Alpha', 'Beta', 'Gamma']) await docket.createList({ body: { name } })
  await docket.createTask({ body: { title: 'Dropped' } })
  await docket.createTask({ body: { title: 'Stays' } })
  await signIn(app)
  const links = listsOf(page).getByRole('link')
  const namesOf = async () => (await links.allInnerTexts()).map((text) => text.split('\n')[0])
  await expect.poll(namesOf).toEqual(['Alpha', 'Beta', 'Gamma'])
  await links.nth(2).dragTo(links.nth(0), { targetPosition: { x: 20, y: 3 } })
  await expect.poll(namesOf).toEqual(['Gamma', 'Alpha', 'Beta'])
  await links.nth(1).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(namesOf).toEqual(['Gamma', 'Beta', 'Alpha'])
  await links.nth(0).click()
  await page.getByRole('button', { name: 'Edit list' }).click()
  await page.getByRole('button', { name: 'Move down' }).click()
  await expect.poll(namesOf).toEqual(['Beta', 'Gamma', 'Alpha'])
  await page.getByRole('dialog').getByLabel('Description').fill('All about Gamma')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All about Gamma').waitFor()

  await page.getByRole('link', { name: /^Inbox/ }).click()
  const row = await taskOf(page, 'Dropped').boundingBox()
  await page.mouse.move((row?.x ?? 0) + 200, (row?.y ?? 0) + 10)
  const grip = page.getByRole('button', { name: 'Move Dropped' })
  await grip.hover()
  await page.mouse.down()
  const target = await links.nth(1).boundingBox()
  const [x, y] = [(target?.x ?? 0) + 30, (target?.y ?? 0) + 10]
  await page.mouse.move(x + 100, y + 40, { steps: 5 })
  await page.mouse.move(x, y, { steps: 5 })
  await page.mouse.up()
  await taskOf(page, 'Dropped').waitFor({ state: 'detached' })
  await arrived(page)
  const { items } = await docket.listLists()
  expect(items.map(({ name }) => name)).toEqual(['Beta', 'Gamma', 'Alpha'])
  const gamma = await docket.listTasks({ list_id: items[1]?.id ?? '' })
  expect(gamma.items.map(({ title }) => title)).toEqual(['Dropped'])
  app.noComplaints()
})
