import { randomUUID } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { downloaded, imported } from '../testing/files.ts'
import { newPerson } from '../testing/person.ts'
import { isProblem } from '../testing/problem.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const json = (...items: object[]) => JSON.stringify({ items })
const csv = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join('')
const outcomes = ({ body }: { body: Schemas['TaskImportReport'] }) =>
  body.rows.map(({ outcome }) => outcome)

describe('what is taken', () => {
  test('a title is enough; tasks come to the bottom in the order of the file', async () => {
    const ada = await newPerson(service.url)
    await ada.addTask({ title: 'first' })
    const { status, body } = await imported(ada, json({ title: 'b' }, { title: 'a' }))
    expect([status, body.created, body.rows.map(({ row, outcome }) => [row, outcome])]).toEqual([
      200,
      2,
      [
        [1, 'created'],
        [2, 'created'],
      ],
    ])
    const tasks = await everyTask(ada)
    expect(tasks.map(({ title }) => title)).toEqual(['first', 'b', 'a'])
    const { created_at, updated_at, position, etag, id, ...rest } = tasks[1] as Schemas['Task']
    const unsaid = {
      description: null,
      completed: false,
      completed_at: null,
      due_date: null,
      due_time: null,
      due_time_zone: null,
      recurrence: null,
      series_id: null,
      next_task_id: null,
      priority: 'none',
      labels: [],
      list_id: null,
      parent_id: null,
      starts_on: null,
      subtasks: { open: 0, done: 0 },
    }
    expect(rest).toEqual({ user_id: ada.id, title: 'b', trashed_at: null, ...unsaid })
    expect([created_at, etag, id]).toEqual([updated_at, '"2"', body.rows[0]?.task_id])
  })

  test('past times are kept, future ones are now', async () => {
    const ada = await newPerson(service.url)
    const before = new Date().toISOString()
    const long = '1850-03-04T05:06:07.089Z'
    const times = {
      created_at: long,
      updated_at: '2020-02-29T00:00:00Z',
      completed_at: '1999-12-31T23:59:59.9Z',
    }
    await imported(
      ada,
      json(
        { title: 'old', ...times },
        {
          title: 'to come',
          created_at: '9999-01-01T00:00:00Z',
          completed_at: '9999-01-01T00:00:00Z',
        },
        { title: 'done', completed: true },
      ),
    )
    const [old, toCome, done] = (await everyTask(ada)) as [
      Schemas['Task'],
      Schemas['Task'],
      Schemas['Task'],
    ]
    expect(old).toMatchObject({
      completed: true,
      created_at: long,
      updated_at: '2020-02-29T00:00:00.000Z',
      completed_at: '1999-12-31T23:59:59.900Z',
    })
    for (const { created_at, completed_at, updated_at, completed } of [toCome, done])
      expect([
        created_at >= before,
        created_at <= new Date().toISOString(),
        completed_at,
        updated_at,
        completed,
      ]).toEqual([true, true, created_at, created_at, true])
  })

  test('a task of the trash goes to the trash; the rest of exportMyData is ignored', async () => {
    const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
    const { id } = await ada.addTask({ title: 'thrown away' })
    await ada.send(`${ada.tasks}/${id}`, { method: 'DELETE' })
    const { tasks } = JSON.parse(await downloaded(ada, 'my-data')) as Schemas['MyData']
    expect(outcomes(await imported(bob, json(...tasks)))).toEqual(['created'])
    expect(outcomes(await imported(bob, json(...tasks)))).toEqual(['unchanged'])
    expect(await everyTask(bob)).toEqual([])
    const [trashed] = await everyTask(bob, 'title', '&trashed=true')
    expect(trashed).toMatchObject({ id, title: 'thrown away' })
    expect(String(trashed?.trashed_at) > String(tasks[0]?.trashed_at)).toBe(true)
  })

  test('files as spreadsheets and people save them', async () => {
    const ada = await newPerson(service.url)
    const files = [
      '\r\ntitle;completed;labels;due_date;due_time;\r\nsemicolons;TRUE;home, ' +
        'money;2026-12-01;9:30:00;\r\n;;;;;\r\n\r\n',
      'title\tcompleted\tlabels\ntabs\ttrue\t"[""home"",""money""]"\n',
      '\uFEFFTitle, Completed ,LABELS\rold line ends,True," home ,money"\r',
      'labels,title,completed,description\n"home,money","quoted, with ""quotes""",true,',
    ]
    for (const file of files) expect(outcomes(await imported(ada, file))).toEqual(['created'])
    expect(
      (await everyTask(ada)).map(({ title, completed, labels, description }) => [
        title,
        completed,
        labels,
        description,
      ]),
    ).toEqual(
      ['semicolons', 'tabs', 'old line ends', 'quoted, with "quotes"'].map((title) => [
        title,
        true,
        ['home', 'money'],
        null,
      ]),
    )
    expect((await everyTask(ada))[0]).toMatchObject({ due_date: '2026-12-01', due_time: '09:30' })
  })

  test('an apostrophe before no formula is kept; a quoted blank is a text', async () => {
    const ada = await newPerson(service.url)
    await imported(
      ada,
      csv(
        'title,description',
        `'tis the season,""`,
        `'=1+1,`,
        `''+2,"'"`,
        `'1234567890123456,x`,
        `'12,x`,
      ),
    )
    expect((await everyTask(ada)).map(({ title, description }) => [title, description])).toEqual([
      ["'tis the season", ''],
      ['=1+1', null],
      ["'+2", "'"],
      ['1234567890123456', 'x'],
      ["'12", 'x'],
    ])
  })
})

describe('the same file twice doubles nothing', () => {
  test('also where rows have no id and say the same', async () => {
    const ada = await newPerson(service.url)
    for (const file of [
      json({ title: 'milk' }, { title: 'milk', description: null }, { title: 'bread' }),
      csv('title,priority', 'milk,high', 'milk,high', 'bread,low'),
    ]) {
      expect(outcomes(await imported(ada, file))).toEqual(['created', 'created', 'created'])
      expect(outcomes(await imported(ada, file))).toEqual(['unchanged', 'unchanged', 'unchanged'])
    }
    const again = json(
      { title: 'milk', labels: [], completed: false, etag: '"1"', user_id: ada.id, position: '5' },
      { title: 'milk', priority: 'none' },
      { title: 'bread' },
    )
    expect(outcomes(await imported(ada, again))).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect(await everyTask(ada)).toHaveLength(6)
  })

  test('also where another program saved the export, all cells quoted or none', async () => {
    const ada = await newPerson(service.url)
    for (const fields of [
      { description: '' },
      { description: 'a, b' },
      { due_date: '2026-12-01', priority: 'high', labels: ['x'] },
    ] as const)
      await ada.addTask({ ...fields, labels: [...('labels' in fields ? fields.labels : [])] })
    const rows = parse(await downloaded(ada, 'task-export.csv'), { bom: true })
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    for (const cell of [quoted, (text: string) => (/[",]/.test(text) ? quoted(text) : text)]) {
      const file = rows.map((row) => `${row.map(cell).join()}\n`).join('')
      expect(outcomes(await imported(ada, file))).toEqual(['unchanged', 'unchanged', 'unchanged'])
    }
  })

  test('and a task of such a row that has changed, or is in the trash, stays', async () => {
    const ada = await newPerson(service.url)
    const file = json({ title: 'milk' }, { title: 'bread' })
    const [milk, bread] = (await imported(ada, file)).body.rows.map(
      ({ task_id }) => `${ada.tasks}/${task_id}`,
    ) as [string, string]
    await ada.send(milk, { method: 'PATCH', json: { completed: true } })
    await ada.send(bread, { method: 'DELETE' })
    const { body } = await imported(ada, file)
    expect(
      body.rows.map(({ outcome, errors }) => [outcome, errors?.[0]?.pointer, errors?.[0]?.detail]),
    ).toEqual([
      ['refused', '', 'was imported before and has changed since; it stays as it is'],
      ['refused', '', 'was imported before and is in the trash; restore it there'],
    ])
  })

  test('also fifty times at once', async () => {
    const ada = await newPerson(service.url)
    const file = json(...Array.from({ length: 20 }, (_, index) => ({ title: `Task ${index}` })))
    const reports = await Promise.all(Array.from({ length: 50 }, () => imported(ada, file)))
    expect(reports.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(reports.reduce((sum, { body }) => sum + body.created, 0)).toBe(20)
    expect((await everyTask(ada)).map(({ title }) => title)).toEqual(
      Array.from({ length: 20 }, (_, index) => `Task ${index}`),
    )
  })

  test('and with an Idempotency-Key the same report again; another file is refused', async () => {
    const ada = await newPerson(service.url)
    const key = { 'idempotency-key': 'import 1' }
    const file = csv('title', 'milk', '""')
    const responses = await Promise.all(Array.from({ length: 10 }, () => imported(ada, file, key)))
    const [first] = responses
    for (const { status, body } of responses) expect([status, body]).toEqual([200, first?.body])
    expect(
      responses.filter(({ headers }) => headers.get('idempotency-replayed') === 'true'),
    ).toHaveLength(9)
    expect(first?.body).toMatchObject({ created: 1, unchanged: 0, refused: 1 })
    isProblem(await imported(ada, csv('title', 'bread'), key), 'idempotency_key_reused')
    expect(await everyTask(ada)).toHaveLength(1)
  })
})

describe('what is refused, row by row', () => {
  test('each with its reason and a pointer into the row, while the others are taken', async () => {
    const ada = await newPerson(service.url)
    const there = await ada.addTask({ title: 'there' })
    const trashed = await ada.addTask({ title: 'in the trash' })
    await ada.send(`${ada.tasks}/${trashed.id}`, { method: 'DELETE' })
    const id = randomUUID()
    const rows: [row: object, outcome: string, pointer?: string, code?: string][] = [
      [{ title: 'good', id }, 'created'],
      [{ title: '' }, 'refused', '/title', 'min_length'],
      [{ description: 'no title' }, 'refused', '/title', 'required'],
      [{ title: 'x', color: 'red' }, 'refused', '/color', 'unknown_member'],
      [{ title: 'x', due_date: '2026-02-30' }, 'refused', '/due_date', 'format'],
      [{ title: 'x', due_time: '12:00' }, 'refused', '/due_time', 'invalid'],
      [
        { title: 'x', due_date: '2026-03-29', due_time: '02:30', due_time_zone: 'Europe/Berlin' },
        'refused',
        '/due_time',
        'invalid',
      ],
      [{ title: 'x', labels: ['a', 'a'] }, 'refused', '/labels', 'unique_items'],
      [
        { title: 'x', completed: false, completed_at: '2026-01-01T00:00:00Z' },
        'refused',
        '/completed_at',
        'invalid',
      ],
      [{ title: 'again', id }, 'refused', '/id', 'invalid'],
      [{ title: 'other', id: there.id }, 'refused', '/id', 'invalid'],
      [{ title: 'in the trash', id: trashed.id }, 'refused', '/id', 'invalid'],
      [{ title: 'x', etag: '\u0000' }, 'refused', '/etag', 'pattern'],
      [{ title: 'x', created_at: '2016-12-31T23:59:60Z' }, 'refused', '/created_at', 'format'],
      [{ title: 'x', position: '' }, 'refused', '/position', 'min_length'],
      [JSON.parse('{"title":"x","__proto__":1}'), 'refused', '/__proto__', 'unknown_member'],
      [{ title: 'x', a: 1, b: 2, c: 3, d: 4 }, 'refused', '/a', 'unknown_member'],
      [
        {
          title: 'good too',
          id: '00000000-0000-0000-0000-000000000000',
          position: '9'.repeat(1_000),
          etag: '"7"',
          user_id: there.user_id,
        },
        'created',
      ],
    ]
    const { status, body } = await imported(ada, json(...rows.map(([row]) => row)))
    expect([status, body.created, body.unchanged, body.refused]).toEqual([200, 2, 0, 16])
    expect(
      body.rows.map(({ outcome, errors }) => [outcome, errors?.[0]?.pointer, errors?.[0]?.code]),
    ).toEqual(rows.map(([, outcome, pointer, code]) => [outcome, pointer, code]))
    expect(
      body.rows.filter(({ outcome, task_id }) => (outcome === 'refused') !== (task_id === null)),
    ).toEqual([])
    expect((await everyTask(ada)).map(({ title }) => title)).toEqual(['there', 'good', 'good too'])
    expect((await ada.send(`${ada.tasks}/${there.id}`)).body).toEqual(there)
  })

  test('in CSV too, where a cell beyond the header or of another kind is named', async () => {
    const ada = await newPerson(service.url)
    const { body } = await imported(
      ada,
      csv(
        'title,completed,due_date,labels',
        'a,maybe,,',
        'b,true,,,one too many',
        'c',
        'd,true,01.12.2026,',
        'e,,,[home',
        'f,,,"[[[[]]]]"',
      ),
    )
    expect(
      body.rows.map(({ outcome, errors }) => [outcome, errors?.[0]?.pointer, errors?.[0]?.code]),
    ).toEqual([
      ['refused', '/completed', 'type'],
      ['refused', '/column 5', 'unknown_member'],
      ['created', undefined, undefined],
      ['refused', '/due_date', 'format'],
      ['refused', '/labels', 'type'],
      ['refused', '/labels/0', 'type'],
    ])
  })
})

test('a purged task can be imported again, and is in the change feed', async () => {
  const ada = await newPerson(service.url)
  const task = await ada.addTask({ title: 'gone' })
  const file = await downloaded(ada, 'task-export.json')
  await ada.send(`${ada.tasks}/${task.id}`, { method: 'DELETE' })
  await ada.send(`/api/${ada.id}/trash`, { method: 'DELETE' })
  const { body: before } = await ada.send<Schemas['Changes']>(`/api/${ada.id}/changes`)
  expect(outcomes(await imported(ada, file))).toEqual(['created'])
  const { body: after } = await ada.send<Schemas['Changes']>(
    `/api/${ada.id}/changes?since=${before.cursor}`,
  )
  expect(after.items).toMatchObject([
    { type: 'task', id: task.id, value: { title: 'gone', created_at: task.created_at } },
  ])
})

test('2,000 tasks of 1 kB are taken with one request', async () => {
  const ada = await newPerson(service.url)
  const { status, body } = await imported(
    ada,
    json(
      ...Array.from({ length: 2_000 }, (_, index) => ({
        title: `Task ${index}`,
        description: 'x'.repeat(900),
      })),
    ),
  )
  expect([status, body.created]).toEqual([200, 2_000])
  expect((await everyTask(ada)).map(({ title }) => title)).toEqual(
    Array.from({ length: 2_000 }, (_, index) => `Task ${index}`),
  )
})
