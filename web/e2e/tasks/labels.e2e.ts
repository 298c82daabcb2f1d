import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axe } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { arrived, installed, openApp, signIn, taskOf } from '../support/open-app.ts'

const chromium = launchChromium()
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/

const edit = (page: Page) => page.getByRole('button', { name: 'Edit label' }).click()
const save = (page: Page) => page.getByRole('button', { name: 'Save' }).click()
const undo = (page: Page) => page.getByRole('button', { name: 'Undo' }).click()

test('a label is recolored, renamed, merged and deleted, and undo undoes it', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const add = (title: string, labels: string[], completed = false) =>
    docket.createTask({ body: { title, labels, completed } })
  await add('Water the plants', ['home', 'garden'])
  await add('Pay the rent', ['Home'])
  await add('Paint the door', ['home'], true)
  await docket.updateLabel({ name: 'garden', body: { color: 'green' } })
  const labelsOf = async () =>
    Object.fromEntries(
      (await docket.listTasks({ sort: 'title' })).items.map(({ title, labels }) => [title, labels]),
    )
  const colors = async () =>
    Object.fromEntries((await docket.listLabels()).items.map(({ name, color }) => [name, color]))
  const before = await labelsOf()
  await signIn(app, '/all?label=home')
  await page.getByRole('heading', { name: '#home' }).waitFor()

  await edit(page)
  await page.getByRole('dialog').getByText('violet').click()
  await save(page)
  await page.getByText('Saved #home').first().waitFor()
  await arrived(page)
  expect(await colors()).toEqual({ garden: 'green', home: 'violet' })

  await edit(page)
  await page.getByLabel('Name').fill('#Garden')
  await page.getByText('There is a label #Garden already. The two become one.').waitFor()
  await page.getByLabel('Name').fill('house')
  await save(page)
  await page.getByRole('heading', { name: '#house' }).waitFor()
  await taskOf(page, 'Pay the rent').waitFor()
  await arrived(page)
  expect([await labelsOf(), await colors()]).toEqual([
    {
      'Paint the door': ['house'],
      'Pay the rent': ['house'],
      'Water the plants': ['house', 'garden'],
    },
    { garden: 'green', house: 'violet' },
  ])
  await undo(page)
  await page.getByRole('heading', { name: '#home' }).waitFor()
  await arrived(page)
  expect(await labelsOf()).toEqual(before)
  expect(await colors()).toMatchObject({ garden: 'green', home: 'violet' })

  await edit(page)
  await page.getByLabel('Name').fill('Garden')
  await save(page)
  await page.getByRole('heading', { name: '#garden' }).waitFor()
  await arrived(page)
  expect(await labelsOf()).toEqual({
    'Paint the door': ['garden'],
    'Pay the rent': ['garden'],
    'Water the plants': ['garden'],
  })
  expect(await colors()).toMatchObject({ garden: 'green' })

  await edit(page)
  await page.getByRole('button', { name: 'Delete label' }).click()
  await page.getByRole('heading', { name: 'All tasks' }).waitFor()
  await page.getByRole('navigation', { name: 'Labels' }).waitFor({ state: 'detached' })
  await arrived(page)
  expect(Object.values(await labelsOf()).flat()).toEqual([])
  expect(await colors()).toEqual({})
  await undo(page)
  await page.getByRole('navigation', { name: 'Labels' }).getByText('garden').waitFor()
  await arrived(page)
  expect(Object.values(await labelsOf()).flat()).toEqual(['garden', 'garden', 'garden'])
  expect(await colors()).toEqual({ garden: 'green' })
  app.noComplaints()
})

test('labels that an address has to encode are shown, edited and left', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const names = ['C++', 'a&b=c', 'a%2Fb', '50% #1?']
  for (const [at, name] of names.entries())
    await docket.createTask({ body: { title: `Task ${at}`, labels: [name] } })
  await signIn(app)
  for (const [at, name] of names.entries()) {
    await page.getByRole('navigation', { name: 'Labels' }).getByText(name, { exact: true }).click()
    await page.getByRole('heading', { name: `#${name}`, exact: true }).waitFor()
    await taskOf(page, `Task ${at}`).waitFor()
    await edit(page)
    await page.getByLabel('Name').fill(`${name}+`)
    await save(page)
    await page.getByRole('heading', { name: `#${name}+`, exact: true }).waitFor()
    await taskOf(page, `Task ${at}`).waitFor()
  }
  await arrived(page)
  expect((await docket.listLabels()).items.map(({ name }) => name).sort()).toEqual(
    names.map((name) => `${name}+`).sort(),
  )
  app.noComplaints()
})

test('a label changed offline is changed at once, and on the server later, once', async () => {
  const app = await openApp(chromium, { but: OFFLINE })
  const { context, docket, page } = app
  await docket.createTask({ body: { title: 'Water the plants', labels: ['home'] } })
  await signIn(app, '/all?label=home')
  await taskOf(page, 'Water the plants').waitFor()
  await installed(page)
  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await edit(page)
  await page.getByLabel('Name').fill('house')
  await page.getByRole('dialog').getByText('teal').click()
  await save(page)
  await page.getByRole('heading', { name: '#house' }).waitFor()
  await page.reload()
  await taskOf(page, 'Water the plants').waitFor()
  expect((await docket.listLabels()).items).toMatchObject([{ name: 'home', color: 'gray' }])
  await context.setOffline(false)
  await arrived(page)
  expect((await docket.listLabels()).items).toEqual([
    { name: 'house', color: 'teal', open: 1, done: 0 },
  ])
  app.noComplaints()
})

test('labels and their dialog fit and pass axe, light and dark, on every width', async () => {
  const app = await openApp(chromium)
  const { docket, page } = app
  const long = 'Wort'.repeat(15)
  await docket.createTask({ body: { title: 'Water the plants', labels: ['home', 'garden', long] } })
  await docket.createTask({ body: { title: 'Pay the rent', labels: ['home'], priority: 'high' } })
  for (const [name, color] of [
    ['home', 'violet'],
    ['garden', 'green'],
    [long, 'brown'],
  ] as const)
    await docket.updateLabel({ name, body: { color } })
  await signIn(app)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [360, 820, 1280]) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      for (const label of ['home', long]) {
        await page.goto(`${app.url}/all?label=${label}`)
        await taskOf(page, 'Water the plants').waitFor()
        expect(await axe(page)).toEqual([])
        const isCut = await page.evaluate(
          () => document.documentElement.scrollWidth > window.innerWidth,
        )
        expect([colorScheme, width, isCut]).toEqual([colorScheme, width, false])
      }
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/labels-${colorScheme}-${width}.png` })
      await edit(page)
      await page.getByRole('dialog').waitFor()
      expect(await axe(page)).toEqual([])
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/label-${colorScheme}-${width}.png` })
    }
  app.noComplaints()
})
