import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { openApp, signIn, taskOf, titleOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('an hour that clocks show twice is the second one, as in the calendar file', async () => {
  const app = await openApp(chromium, { timezoneId: 'Europe/Berlin', locale: 'en-GB' })
  const { page, docket } = app
  for (const [title, due_date, due_time_zone, due_time] of [
    ['New York', '2027-11-07', 'America/New_York', '01:30'],
    ['Berlin', '2027-10-31', 'Europe/Berlin', '02:30'],
    ['Lord Howe', '2027-04-04', 'Australia/Lord_Howe', '01:45'],
    ['Azores', '2027-10-31', 'Atlantic/Azores', '00:30'],
  ] as const)
    await docket.createTask({ body: { title, due_date, due_time, due_time_zone } })
  await signIn(app)
  await taskOf(page, 'Azores').waitFor()
  const shown = async (title: string) =>
    `${await taskOf(page, title).locator('time').getAttribute('datetime')}`
  const file = await docket.exportTasksICalendar()
  for (const title of ['New York', 'Berlin', 'Lord Howe', 'Azores']) {
    const [, due] = new RegExp(`SUMMARY:${title}\\r\\nDUE:(\\w+)Z`).exec(file) ?? []
    const [, year, month, date, hour, minute] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(due ?? '') ?? []
    const inBerlin = new Date(
      Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute)),
    )
    const wall = inBerlin
      .toLocaleString('sv-SE', {
        timeZone: 'Europe/Berlin',
        dateStyle: 'short',
        timeStyle: 'short',
      })
      .replace(' ', 'T')
    expect([title, await shown(title)]).toEqual([title, wall])
  }
  expect(await shown('New York')).toBe('2027-11-07T07:30')
  app.noComplaints()
})

test('when the device is taken to another time zone, days stay days and moments move', async () => {
  const app = await openApp(chromium, { hasOwnTimeZone: true, locale: 'en-GB' })
  const { page, docket, context } = app
  await docket.createTask({ body: { title: 'Christmas', due_date: '2027-12-24' } })
  await docket.createTask({
    body: { title: 'Call', due_date: '2027-12-24', due_time: '09:00', due_time_zone: 'Asia/Tokyo' },
  })
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' })
  await signIn(app)
  await taskOf(page, 'Christmas')
    .getByText(/24 Dec/)
    .waitFor()
  await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'America/Los_Angeles' })
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect
    .poll(() => taskOf(page, 'Call').locator('time').getAttribute('datetime'))
    .toBe('2027-12-23T16:00')
  expect(await taskOf(page, 'Christmas').locator('time').getAttribute('datetime')).toBe(
    '2027-12-24',
  )
  expect(await titleOf(page, 'Christmas').innerText()).toContain('24 Dec')
  app.noComplaints()
})
