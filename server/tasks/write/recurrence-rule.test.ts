import { afterAll, afterEach, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { MONDAYS, recurring } from '../../testing/data/recurring.ts'
import { patchTask, refusalOf } from '../../testing/data/subtasks.ts'
import { expectWholeTrees } from '../../testing/data/trees.ts'
import { wrongUsage } from '../../testing/data/usage.ts'
import { newPerson, type Reply } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

type Schemas = components['schemas']

const service = await startService({ keep: true })
afterEach(async () => {
  await expectWholeTrees(service)
  expect(await wrongUsage(service.database)).toEqual([])
})
afterAll(service.close)

test('422 with a sentence for what is no rule', async () => {
  const ada = await newPerson(service.url)
  const wrong: [string, string][] = [
    ['FREQ=WEEKLY;FREQ=DAILY', 'Has FREQ, which is no part of a rule here.'],
    ['FREQ=WEEKLY;BYHOUR=9', 'Has BYHOUR, which is no part of a rule here.'],
    ['FREQ=DAILY;COUNT=2;COUNT=3', 'Has COUNT twice.'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', 'Has both COUNT and UNTIL.'],
    ['FREQ=DAILY;UNTIL=20270230', 'Has an UNTIL that is no day of the calendar.'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL does not have the form of RFC 5545.'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'Has an ordinal in BYDAY, which only monthly and yearly rules'],
    ['FREQ=MONTHLY;BYDAY=6MO', 'Has an ordinal in BYDAY that is above 5.'],
    ['FREQ=YEARLY;BYDAY=1MO', 'Has an ordinal in BYDAY, for which a yearly rule needs BYMONTH.'],
    ['FREQ=YEARLY;INTERVAL=11', 'Has an INTERVAL above 10.'],
    ['FREQ=WEEKLY;BYDAY=MO,MO;BYSETPOS=2', 'Never names a day.'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'Has BYMONTHDAY, which only monthly and yearly rules can have'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'Never names a day.'],
    ['FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2', 'Never names a day.'],
    ['FREQ=MONTHLY;BYSETPOS=1', 'Has BYSETPOS, which needs BYDAY, BYMONTHDAY or BYMONTH.'],
  ]
  for (const [rule, detail] of wrong) {
    const reply: Reply<Schemas['Problem']> = await ada.send(ada.tasks, {
      method: 'POST',
      json: { title: 'x', due_date: '2026-11-02', recurrence: { rule } },
    })
    expect(reply.body.errors?.[0]).toEqual({
      ...{ in: 'body', pointer: '/recurrence/rule', code: 'format' },
      detail: expect.stringContaining(detail),
    })
  }
})

test('422: a recurrence needs a due date, which cannot be taken from it', async () => {
  const ada = await newPerson(service.url)
  const without = await ada.send<Schemas['Problem']>(ada.tasks, {
    method: 'POST',
    json: { title: 'x', recurrence: MONDAYS },
  })
  expect(refusalOf(without)).toEqual([422, 'invalid_body', '/recurrence'])
  const task = await recurring(ada, MONDAYS)
  expect(refusalOf(await patchTask(ada, task, { due_date: null }))).toEqual([
    422,
    'invalid_body',
    '/due_date',
  ])
  const ended = await patchTask(ada, task, { due_date: null, recurrence: null })
  expect(ended.body).toMatchObject({ recurrence: null, series_id: task.id })
})

test('a patch of it keeps what it does not name (RFC 7396)', async () => {
  const ada = await newPerson(service.url)
  const task = await recurring(ada, { ...MONDAYS, missed: 'keep' })
  const patched = await patchTask(ada, task, { recurrence: { rule: 'FREQ=DAILY' } })
  expect(patched.body).toMatchObject({
    recurrence: { rule: 'FREQ=DAILY', from: 'due', missed: 'keep' },
  })
})

test('previewRecurrence: the dates after a day, and a sentence', async () => {
  const ada = await newPerson(service.url)
  const preview = async (rule: string, from: string, count = 3) =>
    (
      await ada.send<Schemas['RecurrencePreview']>(
        `/api/${ada.id}/recurrence-preview?rule=${rule}&from_date=${from}&count=${count}`,
      )
    ).body
  expect(await preview('FREQ=MONTHLY;BYMONTHDAY=31', '2026-12-31')).toEqual({
    sentence: 'Every month on the 31st',
    dates: ['2027-01-31', '2027-03-31', '2027-05-31'],
  })
  expect(await preview('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=3', '2026-12-07')).toEqual({
    sentence: 'Every 2 weeks on Monday and Friday, 3 times',
    dates: ['2026-12-11', '2026-12-21'],
  })
  const wrong = await ada.send(`/api/${ada.id}/recurrence-preview?rule=FREQ=X&from_date=x`)
  expect(wrong.status).toBe(400)
})
