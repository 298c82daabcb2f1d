// npm run docs -- screenshots: the pictures of the web app in docs/screenshots, of a server and a
// browser of their own: each view light, dark and on a phone.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { createDocket, type ListCreate, type TaskCreate } from '../../sdk/index.ts'
import { chromiumHere } from '../../web/e2e/support/chromium-here.ts'

const TO = 'docs/screenshots'
const ADA = { email: 'ada@example.org', password: 'correct horse battery', name: 'Ada' }
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const TASKS: TaskCreate[] = [
  { title: 'Pay the rent', due_date: day(-1), priority: 'high', labels: ['home', 'money'] },
  {
    title: 'Write to the landlord about the heating',
    due_date: day(0),
    due_time: '09:00',
    labels: ['home'],
    description: 'Since **Monday**:\n\n- the bath\n- the kitchen',
  },
  { title: 'Water the plants', due_date: day(0) },
  { title: 'Call Grace', due_date: day(1), due_time: '18:30', labels: ['friends'] },
  { title: 'Book the train to Lyon', due_date: day(3), priority: 'medium', labels: ['travel'] },
  { title: 'Renew the passport', due_date: day(12), priority: 'low', labels: ['travel'] },
  { title: 'Read the chapter on keyset pagination', labels: ['work'] },
  { title: 'Sort the photographs of the summer' },
  { title: 'Find a better name for the boat' },
]
const SUBTASKS = {
  'Book the train to Lyon': ['Compare the night trains', 'Ask Grace when she arrives'],
  'Ask Grace when she arrives': ['Find her new number'],
}
const COLORS = [
  ['home', 'orange'],
  ['work', 'blue'],
  ['money', 'green'],
] as const
const LISTS: (ListCreate & { tasks: TaskCreate[] })[] = [
  {
    name: 'Garden',
    color: 'green',
    description: 'Before the first frost',
    tasks: [
      { title: 'Cover the roses', due_date: day(2), priority: 'high' },
      { title: 'Plant the garlic', due_date: day(4) },
      { title: 'Sharpen the spade', labels: ['home'] },
    ],
  },
  { name: 'Translation', color: 'blue', tasks: [{ title: 'Send chapter 4', due_date: day(1) }] },
]

const directory = mkdtempSync(join(tmpdir(), 'docket-screenshots-'))
const server = spawn(process.execPath, ['server/main.ts'], {
  env: { PATH: process.env.PATH, PORT: '0', RATE_LIMIT: 'off', DATA_DIR: directory },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const port = await new Promise<number>((resolve, reject) => {
  server.once('exit', () => reject(new Error('the server ended')))
  createInterface(server.stdout).on('line', (line) => {
    const listening = /"port":(\d+).*"msg":"listening at/.exec(line)
    if (listening) resolve(Number(listening[1]))
  })
})
const url = `http://127.0.0.1:${port}`
const browser = await chromium.launch(await chromiumHere())

try {
  const docket = createDocket({ baseUrl: url })
  await docket.signup({ body: ADA })
  const ids = new Map<string, string>()
  for (const body of TASKS.toReversed()) {
    const { id } = await docket.createTask({ body })
    await docket.moveTask({ task: id, body: { to: 'top' } })
    ids.set(body.title, id)
  }
  for (const [parent, titles] of Object.entries(SUBTASKS))
    for (const title of titles) {
      const parent_id = ids.get(parent) ?? null
      ids.set(title, (await docket.createTask({ body: { title, parent_id } })).id)
    }
  await docket.toggleTaskCompletion({
    task: ids.get('Compare the night trains') ?? '',
    body: { completed: true },
  })
  let listPath = ''
  for (const { tasks, ...body } of LISTS) {
    const list = await docket.createList({ body })
    listPath ||= `/lists/${list.id}`
    for (const task of tasks) await docket.createTask({ body: { ...task, list_id: list.id } })
  }
  for (const [name, color] of COLORS) await docket.updateLabel({ name, body: { color } })
  for (const title of ['Return the library books', 'Buy a lamp']) {
    await docket.toggleTaskCompletion({
      task: (await docket.createTask({ body: { title } })).id,
      body: { completed: true },
    })
  }
  await docket.deleteTask({
    task: (await docket.createTask({ body: { title: 'Learn to juggle' } })).id,
  })

  mkdirSync(TO, { recursive: true })
  for (const [look, colorScheme, viewport] of [
    ['light', 'light', { width: 1280, height: 800 }],
    ['dark', 'dark', { width: 1280, height: 800 }],
    ['phone', 'light', { width: 390, height: 844 }],
    ['phone-dark', 'dark', { width: 390, height: 844 }],
  ] as const) {
    const context = await browser.newContext({
      locale: 'en',
      colorScheme,
      viewport,
      hasTouch: look.startsWith('phone'),
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    const shoot = (name: string) => page.screenshot({ path: join(TO, `${name}-${look}.png`) })
    await page.goto(url)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await shoot('sign-in')
    await page.getByLabel('Email').fill(ADA.email)
    await page.getByLabel('Password').fill(ADA.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('checkbox', { name: 'Pay the rent' }).waitFor()
    await views(page, shoot, listPath)
    await context.close()
  }
} finally {
  await browser.close()
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  rmSync(directory, { recursive: true, force: true })
}

async function views(
  page: Page,
  shoot: (name: string) => Promise<unknown>,
  listPath: string,
): Promise<void> {
  await shoot('inbox')
  await page.getByLabel('New task').fill('Send the invoice tomorrow 9am !high #work')
  await page.getByLabel('Time').waitFor()
  await shoot('capture')
  await page.getByLabel('New task').fill('')
  await page.locator('[data-task]', { hasText: 'Write to the landlord' }).click()
  await page.getByText('the bath').waitFor()
  await shoot('task')
  await page.getByRole('button', { name: 'Close' }).click()
  await page.locator('[data-task]', { hasText: 'Book the train' }).click()
  await page.getByRole('button', { name: 'Compare the night trains' }).waitFor()
  await page.getByLabel('Add a subtask').scrollIntoViewIfNeeded()
  await page.mouse.wheel(0, 200)
  await shoot('subtasks')
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Select' }).click()
  for (const title of ['Water the plants', 'Call Grace'])
    await page.getByRole('checkbox', { name: `Select ${title}` }).click()
  await shoot('selection')
  for (const [name, path, there] of [
    ['today', '/today', 'Overdue'],
    ['upcoming', '/upcoming', 'Renew the passport'],
    ['done', '/done', 'Buy a lamp'],
    ['trash', '/trash', 'Learn to juggle'],
    ['list', listPath, 'Cover the roses'],
    ['label', '/all?label=travel', 'Renew the passport'],
    ['nothing', '/?q=unicorn', 'No results for'],
    ['account', '/account', 'This device'],
  ] as const) {
    await page.goto(`${url}${path}`)
    await page.getByText(there).first().waitFor()
    await shoot(name)
  }
  await page.goto(url)
  await page.getByRole('checkbox', { name: 'Pay the rent' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('tra')
  await shoot('commands')
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keyboard' }).waitFor()
  await shoot('keyboard')
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  await page.context().setOffline(true)
  await page.getByText("You're offline").waitFor()
  await page.getByLabel('New task').fill('Written on the train')
  await page.getByLabel('New task').press('Enter')
  await page.getByRole('checkbox', { name: 'Written on the train' }).waitFor()
  await shoot('offline')
}
