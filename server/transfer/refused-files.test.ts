import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { imported } from '../testing/files.ts'
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

describe('what is refused whole, and leaves nothing', () => {
  const files: [
    what: string,
    file: string | Buffer,
    code: string,
    pointer: string,
    detail: RegExp,
  ][] = [
    [
      'a quotation mark that is never closed',
      csv('title', 'good', '"bad'),
      'malformed_csv',
      '',
      /never closed, in row 2/,
    ],
    [
      'a quotation mark in the middle of a cell',
      csv('title', 'good', 'a "quoted" word'),
      'malformed_csv',
      '',
      /row 2/,
    ],
    ['text behind a quotation mark', csv('title', 'good', '"a" b'), 'malformed_csv', '', /row 2/],
    [
      'a spreadsheet file that is no CSV',
      Buffer.from('504b0304140008080800ff', 'hex'),
      'malformed_csv',
      '',
      /UTF-8/,
    ],
    ['a file in Latin-1', Buffer.from('title\r\nMüll\r\n', 'latin1'), 'malformed_csv', '', /UTF-8/],
    ['no column for the title', csv('id,description', ',good'), 'invalid_body', '/title', /column/],
    [
      'a column that is none',
      csv('title,color', 'good,red'),
      'invalid_body',
      '/color',
      /not a column/,
    ],
    [
      'a column twice',
      csv('title,priority,title', 'a,high,b'),
      'invalid_body',
      '/title',
      /two columns/,
    ],
    [
      'more than 2,000 rows',
      csv('title', ...Array(2_001).fill('good')),
      'invalid_body',
      '',
      /the 2000 that/,
    ],
    [
      'more than 2,000 items',
      json(...Array(2_001).fill({ title: 'good' })),
      'invalid_body',
      '/items',
      /2000/,
    ],
    [
      'more than 2,000 rows, some of them blank',
      csv('title,priority', ...Array(2_001).fill(','), 'good,'),
      'invalid_body',
      '',
      /the 2000 that/,
    ],
    [
      'two million items that are none',
      `{"items":[${Array(2_000_000).fill(5)}]}`,
      'invalid_body',
      '',
      /100000 members/,
    ],
    [
      'a list of labels without an end',
      json({ title: 'x', labels: Array(900_000).fill(0) }),
      'invalid_body',
      '',
      /100000 members/,
    ],
    [
      'a row of 400,000 members',
      `{"items":[{${Array.from({ length: 400_000 }, (_, index) => `"${index}":0`)}}]}`,
      'invalid_body',
      '',
      /100000 members/,
    ],
    [
      'members within members within members',
      `{"items":[{"title":"x","a":${'['.repeat(2_400_000)}${']'.repeat(2_400_000)}}]}`,
      'invalid_body',
      '',
      /deep/,
    ],
    [
      'a row without an end',
      `title\r\ngood\r\n${'a,'.repeat(900_000)}`,
      'invalid_body',
      '',
      /200000 cells/,
    ],
    [
      '2,000 rows of 2,400 cells',
      csv('title', ...Array(2_000).fill(','.repeat(2_400))),
      'invalid_body',
      '',
      /200000 cells/,
    ],
    [
      'columns without an end',
      Array.from({ length: 500_000 }, (_, index) => `c${index}`).join(),
      'invalid_body',
      '',
      /200000 cells/,
    ],
    [
      'a line of 180,000 columns',
      Array.from({ length: 180_000 }, (_, index) => index % 10).join(),
      'malformed_csv',
      '',
      /first line/,
    ],
    [
      'a member named __proto__',
      '{"items":[{"title":"good"}],"__proto__":{"items":[]}}',
      'invalid_body',
      '/__proto__',
      /Unknown property/,
    ],
    ['items that are no tasks', '{"items":[5]}', 'invalid_body', '/items/0', /object/],
    [
      'a member beside the items',
      '{"items":[],"more":1}',
      'invalid_body',
      '/more',
      /Unknown property/,
    ],
  ]

  test.each(files)('%s', async (_, file, code, pointer, detail) => {
    const ada = await newPerson(service.url)
    const response = await ada.send<Schemas['Problem']>(`/api/${ada.id}/task-import`, {
      method: 'POST',
      headers: {
        'content-type':
          typeof file === 'string' && file.startsWith('{') ? 'application/json' : 'text/csv',
      },
      body: file,
    })
    isProblem(response, code)
    expect(response.body.errors).toContainEqual({
      in: 'body',
      pointer,
      code: expect.any(String),
      detail: expect.stringMatching(detail),
    })
    expect(await everyTask(ada)).toEqual([])
  })

  test('a file without a row is nothing to do', async () => {
    const ada = await newPerson(service.url)
    for (const file of [json(), csv('title')])
      expect((await imported(ada, file)).body).toEqual({
        created: 0,
        unchanged: 0,
        lists_created: 0,
        labels_colored: 0,
        refused: 0,
        rows: [],
      })
  })
})
