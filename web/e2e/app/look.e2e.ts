import { expect, test } from 'vitest'
import { axe } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { day, openApp, signIn, taskOf, titleOf } from '../support/open-app.ts'

const chromium = launchChromium()

test.each(['desktop', 'phone'])(
  'axe finds nothing, light or dark, on a %s; nothing overflows; targets are large enough',
  async (screen) => {
    const viewport = screen === 'phone' ? { width: 360, height: 740 } : { width: 1280, height: 800 }
    const app = await openApp(chromium, {
      // Colors that are between two themes would fail.
      reducedMotion: 'reduce',
      viewport,
      hasTouch: screen === 'phone',
      but: /412|422|ERR_/,
    })
    const { page, docket, url, context } = app
    const switchTo = async (colorScheme: 'light' | 'dark') => {
      await page.emulateMedia({ colorScheme })
      await page.waitForFunction(
        (theme) => document.documentElement.dataset.theme === theme,
        colorScheme,
      )
    }
    const look = async (name: string) => {
      expect([name, await axe(page)]).toEqual([name, []])
      await switchTo('dark')
      expect([name, 'dark', await axe(page, ['color-contrast'])]).toEqual([name, 'dark', []])
      await switchTo('light')
      expect([
        name,
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ]).toEqual([name, 0])
    }
    await page.goto(url)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await look('sign in')
    await page.getByRole('button', { name: 'New to Docket? Create an account' }).click()
    await look('sign up')

    const rent = await docket.createTask({
      body: {
        title: 'Pay the rent',
        description: '# All\n- of **it**',
        labels: ['home', 'a-label-that-is-quite-long-for-a-phone'],
        priority: 'high',
        due_date: day(-1),
      },
    })
    await docket.createTask({
      body: {
        title: `A title without an end ${'x'.repeat(150)}`,
        due_date: day(0),
        due_time: '23:59',
      },
    })
    await docket.createTask({ body: { title: 'Next week', due_date: day(7), priority: 'low' } })
    await docket.toggleTaskCompletion({
      task: await docket.createTask({ body: { title: 'Done already' } }),
      body: { completed: true },
    })
    await docket.deleteTask({ task: await docket.createTask({ body: { title: 'Thrown away' } }) })
    await signIn(app)
    await taskOf(page, 'Next week').waitFor()
    await look('inbox')
    await page.getByLabel('New task').fill('Send the invoice tomorrow 9am !high #work')
    await page.locator('#new-task-help').getByLabel('Due').waitFor()
    await look('capture')
    await page.getByLabel('New task').fill('')
    await titleOf(page, 'Pay the rent').click()
    await page.locator('.prose').waitFor()
    await look('task')
    await page.getByLabel('Title', { exact: true }).fill('Pay it here')
    await docket.updateTask({ task: rent, body: { title: 'Pay it there' } })
    await page.getByLabel('Title', { exact: true }).press('Enter')
    await page.getByText('Which version do you want to keep').waitFor()
    await look('conflict')
    await page.getByRole('button', { name: 'Keep other version' }).click()
    await page.getByText('Which version do you want to keep').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByRole('button', { name: 'Select' }).click()
    await page.getByRole('checkbox', { name: 'Select Next week' }).click()
    await look('selection')
    for (const [path, there] of [
      ['/today', 'Overdue'],
      ['/upcoming', 'Next week'],
      ['/done', 'Done already'],
      ['/trash', 'Thrown away'],
      ['/?label=home', '#home'],
      ['/?q=unicorn', 'No results for'],
      ['/account', 'This device'],
    ] as const) {
      await page.goto(`${url}${path}`)
      await page.getByText(there).first().waitFor()
      await look(path)
    }
    await page.getByRole('button', { name: 'Delete account…' }).click()
    await look('deletion')
    await page.goto(url)
    await taskOf(page, 'Next week').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await look('palette')
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
    await look('keys')
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    if (screen === 'phone') {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('dialog').getByText('Completed').waitFor()
      await look('more')
      await page.getByRole('dialog').getByText('Completed').click()
      await taskOf(page, 'Done already').waitFor()
      await page.getByRole('link', { name: 'Inbox' }).click()
    }
    await context.setOffline(true)
    await page.getByText("You're offline.").waitFor()
    await page.getByLabel('New task').fill('Written on the train')
    await page.getByLabel('New task').press('Enter')
    await page.getByText("1 change will sync when you're back").waitFor()
    await look('offline')
    app.noComplaints()
  },
  120_000,
)

test('the theme follows device or choice; reduced motion is respected', async () => {
  const app = await openApp(chromium, { colorScheme: 'dark', reducedMotion: 'reduce' })
  const { page, url } = app
  await signIn(app)
  const theme = () =>
    page.evaluate(() => [
      document.documentElement.dataset.theme,
      getComputedStyle(document.documentElement).colorScheme,
    ])
  expect(await theme()).toEqual(['dark', 'dark'])
  await page.emulateMedia({ colorScheme: 'light' })
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light')
  await page.goto(`${url}/account`)
  await page.getByLabel('Dark').check()
  expect(await theme()).toEqual(['dark', 'dark'])
  await page.getByLabel('System').check()
  expect(await theme()).toEqual(['light', 'light'])
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element)
        return Number.parseFloat(transitionDuration) > 0 || Number.parseFloat(animationDuration) > 0
      }).length,
  )
  expect(moving).toBe(0)
  app.noComplaints()
})
