import { connect } from 'node:net'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import { everyTask } from '../testing/data/every-task.ts'
import { fillTasks } from '../testing/data/fill.ts'
import { downloaded } from '../testing/files.ts'
import { newPerson, newSession, type Person, send } from '../testing/person.ts'
import { isProblem } from '../testing/problem.ts'
import { startService, type TestService } from '../testing/service.ts'

type Schemas = components['schemas']

let service: TestService
/**
 * A user with more than a socket's buffers hold. Each test has a session of its own. Tests may add
 * tasks, so only titles `Task <number>` are counted.
 */
let owner: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  owner = await newPerson(service.url)
  await fill(owner, 5_000)
})
afterAll(() => service.close())

const FILES = [
  ['task-export.json', 'application/json; charset=utf-8', 'docket-tasks'],
  ['task-export.csv', 'text/csv; charset=utf-8', 'docket-tasks'],
  ['task-export.ics', 'text/calendar; charset=utf-8', 'docket-tasks'],
  ['my-data', 'application/json; charset=utf-8', 'docket-my-data'],
] as const

/** Puts this many long tasks into an account, each with a title of its own. */
async function fill(person: Person, count: number): Promise<void> {
  await fillTasks(service.database, person.id, count)
  // In pieces, each of which is sure to be done within the limit of a statement.
  for (let done = 0; done < count; done += 1_000)
    await service.database.rows(sql.unsafe`
      update tasks set title = 'Task ' || version, description = repeat('€', 700)
      where user_id = ${person.id}::uuid
        and version > ${done}::bigint and version <= ${done + 1_000}::bigint`)
}

/**
 * Downloads over a socket of its own: what came, and whether it came to its end. `pause` is awaited
 * once the file has begun.
 */
async function readSlowly(
  person: Person,
  name: string,
  pause: () => Promise<void>,
  version = '1.1',
): Promise<{ text: string; isWhole: boolean; isReset: boolean }> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  // The end may come during the pause.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let isReset = false
  socket.on('error', () => {
    isReset = true
  })
  socket.write(
    `GET /api/${person.id}/${name} HTTP/${version}\r\nhost: x\r\nauthorization: Bearer ` +
      `${person.token}\r\nconnection: close\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('readable', resolve))
  await pause()
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await closed
  const text = Buffer.concat(chunks).toString('utf8')
  return { text, isReset, isWhole: text.endsWith('\r\n0\r\n\r\n') }
}

describe.each(FILES)('%s', (name, type, saved) => {
  test('is a file with a name, for the caller only, and HEAD tells of it', async () => {
    const ada = await newPerson(service.url)
    await ada.addTask({ title: 'Water the plants' })
    const path = `/api/${ada.id}/${name}`
    const { status, headers, body } = await ada.send(path)
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      type,
      'private, no-store',
    ])
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="${saved}-${new Date().toISOString().slice(0, 10)}.` +
        `${name.split('.')[1] ?? 'json'}"`,
    )
    expect(JSON.stringify(body)).toContain('Water the plants')
    const head = await ada.send(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), head.body]).toEqual([200, type, ''])
    isProblem(await ada.send(path, { headers: { accept: 'image/png' } }), 'not_acceptable')
    isProblem(await send(`${service.url}${path}`), 'authorization_missing')
  })

  test('of an empty account is a file with nothing in it', async () => {
    const ada = await newPerson(service.url)
    const nothing: Record<string, RegExp> = {
      'task-export.json': /^\{"exported_at":"[^"]+","items":\[\],"lists":\[\],"labels":\[\]\}$/,
      'task-export.csv': /^id,list,list_id,parent_id,title,.*,updated_at\r\n$/,
      'task-export.ics': /^BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:[^\r]+\r\nEND:VCALENDAR\r\n$/,
      'my-data':
        /"tasks":\[\],"lists":\[\],"labels":\[\],"tombstones":\[\],"idempotency_keys":\[\]\}$/,
    }
    expect(await downloaded(ada, name)).toMatch(nothing[name] as RegExp)
  })

  test('a slow reader holds up no other request, and gets the whole file', async () => {
    const ada = await newSession(service.url, owner)
    const { text, isWhole } = await readSlowly(ada, name, async () => {
      for (let turn = 0; turn < 20; turn += 1)
        expect(
          (await ada.send(ada.tasks, { method: 'POST', json: { title: 'Meanwhile' } })).status,
        ).toBe(201)
    })
    expect(isWhole).toBe(true)
    expect(new Set(text.match(/Task \d+/g)).size).toBe(5_000)
  })

  test.each(['1.1', '1.0'])(
    'is cut off, and does not look whole, when the session ends on the way, by HTTP/%s too',
    async (version) => {
      const ada = await newSession(service.url, owner)
      const { isWhole, isReset } = await readSlowly(
        ada,
        name,
        async () => void (await ada.send('/api/auth/logout', { method: 'POST' })),
        version,
      )
      expect([isWhole, isReset]).toEqual([false, true])
    },
  )

  test('whose reader goes away ends, without an error in the log', async () => {
    const ada = await newSession(service.url, owner)
    const lines = service.log.length
    const leaving = new AbortController()
    const response = await fetch(`${service.url}/api/${ada.id}/${name}`, {
      headers: { authorization: `Bearer ${ada.token}` },
      signal: leaving.signal,
    })
    await response.body?.getReader().read()
    leaving.abort()
    while (!service.log.slice(lines).some((line) => line.includes('"aborted":true')))
      expect((await ada.send(ada.tasks)).status).toBe(200)
    expect(service.log.slice(lines).filter((line) => line.includes('"level":50'))).toEqual([])
  })

  test('that breaks the contract is cut off, or a 500 on its first page', async () => {
    const ada = await newPerson(service.url)
    await fill(ada, 1_000)
    const breakLast = (order: 'asc' | 'desc') =>
      service.database.rows(sql.unsafe`
        update tasks set position = 'x' where user_id = ${ada.id}::uuid
        and id = (select id from tasks
        where user_id = ${ada.id}::uuid
        order by id ${order === 'asc' ? sql.fragment`asc` : sql.fragment`desc`} limit 1)`)
    const lines = service.log.length
    await breakLast('desc')
    const { isWhole, isReset } = await readSlowly(ada, name, async () => {})
    expect([isWhole, isReset]).toEqual([false, true])
    expect(service.log.slice(lines).join()).toContain('A Task breaks the contract: /position')
    // Of all that there is, the tasks are not the first page.
    if (name === 'my-data') return
    await breakLast('asc')
    isProblem(await ada.send(`/api/${ada.id}/${name}`), 'internal_error')
  })
})

test('exportTasks: while others write, a task that stays is there exactly once', async () => {
  const ada = await newPerson(service.url)
  await fill(ada, 1_000)
  const before = (await everyTask(ada)).map(({ id }) => id)
  let over = false
  const write = async () => {
    for (let turn = 0; !over; turn += 1) {
      const id = before[(turn * 37) % before.length] as string
      expect(
        (
          await ada.send(`${ada.tasks}/${id}/move`, {
            method: 'POST',
            json: { to: turn % 2 ? 'top' : 'bottom' },
          })
        ).status,
      ).toBe(200)
      expect(
        (
          await ada.send(`${ada.tasks}/${id}`, {
            method: 'PATCH',
            json: { title: `Changed ${turn}` },
          })
        ).status,
      ).toBe(200)
      await ada.addTask({ title: 'New' })
    }
  }
  const writing = write()
  for (let turn = 0; turn < 5; turn += 1) {
    const { items } = JSON.parse(await downloaded(ada, 'task-export.json')) as Schemas['TaskExport']
    const ids = items.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(before.filter((id) => !ids.includes(id))).toEqual([])
  }
  over = true
  await writing
}, 120_000)

test('exportTasksCsv: the file begins with a byte order mark, for spreadsheets', async () => {
  const ada = await newPerson(service.url)
  const response = await fetch(`${service.url}/api/${ada.id}/task-export.csv`, {
    headers: { authorization: `Bearer ${ada.token}` },
  })
  expect(Buffer.from(await response.arrayBuffer()).subarray(0, 5)).toEqual(
    Buffer.from([0xef, 0xbb, 0xbf, 0x69, 0x64]),
  )
})

test('exportTasksCsv: a formula, or a number too long, gets an apostrophe', async () => {
  const ada = await newPerson(service.url)
  const risky = [
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\tx',
    '\rx',
    '\nx',
    ' =1',
    '＝1',
    '1234567890123456',
    "'=1",
    "''-1",
  ]
  const safe = ['1 = 1', "'tis", "''", '123456789012345', '1234567890123456 x', 'a-b']
  for (const title of [...risky, ...safe]) await ada.addTask({ title })
  const cells = parse(await downloaded(ada, 'task-export.csv'), { bom: true, fromLine: 2 }).map(
    ([, , , , title]) => title,
  )
  expect(cells).toEqual([...risky.map((title) => `'${title}`), ...safe])
})

test('what is in the trash is in no file of tasks, and in exportMyData', async () => {
  const ada = await newPerson(service.url)
  const { id } = await ada.addTask({ title: 'Thrown away' })
  await ada.send(`${ada.tasks}/${id}`, { method: 'DELETE' })
  for (const name of ['task-export.json', 'task-export.csv', 'task-export.ics'])
    expect(await downloaded(ada, name)).not.toContain('Thrown away')
  expect(await downloaded(ada, 'my-data')).toContain('Thrown away')
})
