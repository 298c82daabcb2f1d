import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import ICAL from 'ical.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { contract } from '../../server/contract/document.ts'
import { everyTask } from '../../server/testing/data/every-task.ts'
import { effort, seed } from '../../server/testing/effort.ts'
import { downloaded, imported } from '../../server/testing/files.ts'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import type { Schema } from '../requests/request-schemas.ts'
import { validValues } from '../requests/valid-values.ts'

// Any tasks that there can be leave the server and come back, and programs that are not ours read
// what left.

type Schemas = components['schemas']
type Task = Schemas['Task']

const SORTS = ['created_at', 'updated_at', 'due', 'priority', 'title', 'position'].flatMap(
  (sort) => [sort, `-${sort}`],
)
/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠]|\d{16,}$)/
const runs = effort({ usual: 10, long: 75 })

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const risky = fc
  .tuple(
    fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      "'",
      "'=",
      "''+",
      ' =',
      '＝',
      '"',
      ';',
      ',',
      '1'.repeat(16),
      '\uFEFF',
    ),
    fc.string({ maxLength: 20 }),
  )
  .map(([start, rest]) => `${start}${rest.replaceAll('\u0000', '')}x`)
const timed = fc.constantFrom(
  { due_date: null, due_time: null, due_time_zone: null },
  { due_date: '2026-12-01', due_time: null, due_time_zone: null },
  { due_date: '2026-12-01', due_time: '23:59', due_time_zone: null },
  { due_date: '2026-07-01', due_time: '00:30', due_time_zone: 'Europe/Berlin' },
  { due_date: '9999-12-31', due_time: '12:00', due_time_zone: 'Pacific/Apia' },
  { due_date: '9999-12-31', due_time: '23:00', due_time_zone: 'America/New_York' },
)
const creations = fc
  .tuple(
    validValues(contract.components.schemas.TaskCreate as Schema) as fc.Arbitrary<
      Schemas['TaskCreate']
    >,
    timed,
    fc.option(risky),
    fc.option(risky),
  )
  .map(([{ recurrence, ...fields }, due, title, description]) => ({
    ...fields,
    ...due,
    ...(recurrence && due.due_date ? { recurrence } : {}),
    ...(title ? { title } : {}),
    ...(description ? { description } : {}),
  }))
const accounts = fc.uniqueArray(creations, {
  minLength: 1,
  maxLength: 12,
  selector: ({ id }) => id ?? {},
})

/** No spreadsheet may take them for formulas, and no reader of CSV for several cells. */
const LIST_NAMES = ['=Home, and "garden"', 'Work\n家']

/** An account with these tasks, in lists or not, some of them moved about. */
async function someone(fields: Schemas['TaskCreate'][]): Promise<Person> {
  const person = await newPerson(service.url)
  const lists: (string | null)[] = [null]
  for (const name of LIST_NAMES) {
    const init = { method: 'POST', json: { name } }
    lists.push((await person.send<{ id: string }>(`/api/${person.id}/lists`, init)).body.id)
  }
  const made: Task[] = []
  for (const [index, { list_id: _, parent_id: __, ...each }] of fields.entries()) {
    const parent = index % 2 === 1 ? made[index - 1 - (index % 4)] : undefined
    const place = parent
      ? { parent_id: parent.id }
      : { list_id: lists[index % lists.length] ?? null }
    made.push(await person.addTask({ ...each, ...place }))
  }
  for (const [index, { id }] of made.entries())
    if (index % 3 === 1)
      await person.send(`${person.tasks}/${id}/move`, { method: 'POST', json: { to: 'top' } })
  return person
}

/** What of the tasks must be the same in another account: their lists by name. */
async function carried(person: Person, sort: string) {
  const { body } = await person.send<Schemas['ListPage']>(`/api/${person.id}/lists`)
  const names = new Map(body.items.map(({ id, name }) => [id, name]))
  return (await everyTask(person, sort)).map(({ user_id, etag, position, list_id, ...task }) => ({
    ...task,
    list: names.get(list_id ?? ''),
  }))
}

test('any tasks, exported and imported, are the same in each order', async () => {
  await fc.assert(
    fc.asyncProperty(accounts, async (fields) => {
      const ada = await someone(fields)
      for (const name of ['task-export.json', 'task-export.csv']) {
        const bob = await newPerson(service.url, 'bob')
        const file = await downloaded(ada, name)
        expect((await imported(bob, file)).body).toMatchObject({
          created: fields.length,
          unchanged: 0,
          refused: 0,
        })
        expect((await imported(bob, file)).body).toMatchObject({
          created: 0,
          unchanged: fields.length,
          refused: 0,
        })
        for (const sort of SORTS)
          expect([sort, await carried(bob, sort)]).toEqual([sort, await carried(ada, sort)])
      }
    }),
    { numRuns: runs, ...seed },
  )
}, 600_000)

test('any CSV is read by csv-parse, and no cell of it begins like a formula', async () => {
  await fc.assert(
    fc.asyncProperty(accounts, async (fields) => {
      const ada = await someone(fields)
      const rows: Record<string, string>[] = parse(await downloaded(ada, 'task-export.csv'), {
        columns: true,
        bom: true,
        recordDelimiter: '\r\n',
      })
      const tasks = new Map((await everyTask(ada)).map((task) => [task.id, task]))
      expect(rows.map(({ id }) => id).sort()).toEqual([...tasks.keys()].sort())
      for (const row of rows) {
        const task = tasks.get(row.id as string) as Task
        expect(Object.values(row).filter((text) => FORMULA.test(text))).toEqual([])
        for (const name of ['title', 'description', 'position'] as const)
          expect([task[name] ?? '', `'${task[name]}`]).toContain(row[name])
        for (const name of [
          'parent_id',
          'completed_at',
          'starts_on',
          'due_date',
          'due_time',
          'due_time_zone',
          'priority',
          'created_at',
          'updated_at',
        ] as const)
          expect(row[name]).toBe(task[name] ?? '')
        const { recurrence: cell = '' } = row
        const { rule, from, missed } = task.recurrence ?? {}
        const isDefault = from === 'due' && missed === 'skip'
        expect(cell).toBe(isDefault ? rule : rule ? JSON.stringify(task.recurrence) : '')
        expect([row.completed, JSON.parse(row.labels || '[]')]).toEqual([
          String(task.completed),
          task.labels,
        ])
      }
    }),
    { numRuns: runs, ...seed },
  )
}, 600_000)

/** The text as iCalendar can hold it. */
const holdable = (text: string) =>
  text.replaceAll(/\r\n?|\u2028|\u2029/g, '\n').replaceAll(/[^\P{Cc}\t\n]/gu, '')

test('any iCalendar file is read by ical.js', async () => {
  await fc.assert(
    fc.asyncProperty(accounts, async (fields) => {
      const ada = await someone(fields)
      const file = await downloaded(ada, 'task-export.ics')
      expect(
        file.split('\r\n').filter((line) => Buffer.byteLength(line) > 75 || /[\r\n]/.test(line)),
      ).toEqual([])
      const toDos = new ICAL.Component(ICAL.parse(file)).getAllSubcomponents('vtodo')
      const tasks = new Map((await everyTask(ada)).map((task) => [task.id, task]))
      expect(toDos.map((each) => each.getFirstPropertyValue('uid')).sort()).toEqual(
        [...tasks.keys()].sort(),
      )
      for (const each of toDos) {
        const text = (name: string) => each.getFirstPropertyValue(name)?.toString() ?? null
        const task = tasks.get(text('uid') as string) as Task
        expect([text('summary'), text('description') ?? '']).toEqual([
          holdable(task.title),
          holdable(task.description ?? ''),
        ])
        expect(
          each.getAllProperties('categories').flatMap((property) => property.getValues()),
        ).toEqual(task.labels.map(holdable))
        expect([text('status'), text('completed')]).toEqual(
          task.completed
            ? ['COMPLETED', task.completed_at?.replace(/\.\d+/, '')]
            : ['NEEDS-ACTION', null],
        )
        expect(text('priority')).toBe(
          { none: null, low: '9', medium: '5', high: '1' }[task.priority],
        )
        const rule = each.getFirstPropertyValue('rrule')
        expect(rule === null).toBe(task.recurrence === null || task.completed)
        if (rule instanceof ICAL.Recur)
          expect(task.recurrence?.rule).toMatch(new RegExp(`^FREQ=${rule.freq}\\b`))
        expect(text('related-to')).toBe(task.parent_id)
        expect(text('due')).toBe(DUES[`${task.due_date} ${task.due_time} ${task.due_time_zone}`])
      }
    }),
    { numRuns: runs, ...seed },
  )
}, 600_000)

const DUES: Record<string, string | null> = {
  'null null null': null,
  '2026-12-01 null null': '2026-12-01',
  '2026-12-01 23:59 null': '2026-12-01T23:59:00',
  '2026-07-01 00:30 Europe/Berlin': '2026-06-30T22:30:00Z',
  '9999-12-31 12:00 Pacific/Apia': '9999-12-30T23:00:00Z',
  // A moment of the year 10000 floats.
  '9999-12-31 23:00 America/New_York': '9999-12-31T23:00:00',
}
