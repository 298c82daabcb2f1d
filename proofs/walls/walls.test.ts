import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractOperations } from '../../server/contract/document.ts'
import type { Caller, Handlers } from '../../server/contract/handlers.ts'
import type { Database } from '../../server/database/database.ts'
import { sql } from '../../server/database/sql.ts'
import { insertTask } from '../../server/tasks/write/insert-task.ts'
import { addResource, nounOf } from '../../server/testing/data/nouns.ts'
import { AMPLE } from '../../server/testing/data/usage.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { exampleRequest, NO_TASK } from '../requests/example-request.ts'
import { exchange } from '../requests/exchange.ts'
import { BOBS_KEY, BOBS_LABEL, hashOf, sessionOf, storeCalls } from './store-calls.ts'

// What keeps one user's rows from another are walls of their own: signature, path, row filter, key,
// foreign key.
// `callers.test.ts` tries the first from outside; here each of the others stands alone, with those
// before it taken down.

let service: TestService
let database: Database
let ada: Person
let bob: Person
let bobsTask: { id: string; title: string }
let bobsOther: { id: string }
let bobsPurged: { id: string }
let bobsList: { id: string }
beforeAll(async () => {
  service = await startService({ keep: true })
  database = service.database
  ada = await newPerson(service.url, 'ada')
  bob = await newPerson(service.url, 'bob')
  await ada.addTask({ title: 'of Ada' })
  bobsTask = await bob.addTask({
    title: 'a secret of Bob',
    description: 'known to Bob alone',
    labels: [BOBS_LABEL],
    due_date: '2026-12-01',
    recurrence: { rule: 'FREQ=DAILY' },
  })
  bobsOther = await bob.addTask({}, { 'idempotency-key': BOBS_KEY })
  await bob.send(`/api/${bob.id}/labels/${encodeURIComponent(BOBS_LABEL)}`, {
    method: 'PATCH',
    json: { color: 'teal' },
  })
  bobsPurged = await purgedTask(bob)
  const made = { method: 'POST', json: { name: 'a list of Bob' } }
  bobsList = (await bob.send<{ id: string }>(`/api/${bob.id}/lists`, made)).body
  await bob.addTask({ list_id: bobsList.id })
  await bob.addTask({ parent_id: bobsTask.id })
  const below = await bob.addTask({ parent_id: bobsOther.id })
  await bob.send(`${bob.tasks}/${below.id}`, { method: 'DELETE' })
  await bob.send(
    `${bob.tasks}/${(await bob.addTask({ title: 'a secret of Bob, in the trash' })).id}`,
    { method: 'DELETE' },
  )
})
afterAll(() => service.close())

async function purgedTask(person: Person): Promise<{ id: string }> {
  const task = await person.addTask()
  await person.send(`${person.tasks}/${task.id}`, { method: 'DELETE' })
  await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  return task
}

const callerOf = (person: Person): Caller => ({ userId: person.id, sessionId: sessionOf(person) })

/** Every row of every table that has anything of this person in it, as the database spells it. */
async function rowsOf(person: Person): Promise<string[]> {
  const tables = await database.rows<{ name: string }>(
    sql.unsafe`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const rows: string[] = []
  for (const { name } of tables) {
    const identifier = sql.identifier([name])
    const found = await database.rows<{ row: string }>(
      sql.unsafe`select to_jsonb(each)::text as row
        from ${identifier} each where to_jsonb(each)::text like ${`%${person.id}%`} order by 1`,
    )
    rows.push(...found.map(({ row }) => `${name} ${row}`))
  }
  return rows
}

describe('the path check, with tokens good and handlers that would tell all', () => {
  const owned = contractOperations.filter(({ needsCaller }) => needsCaller)
  let open: TestService
  let called = 0
  beforeAll(async () => {
    const tell = async () => {
      called += 1
      return { status: 200, headers: { ETag: '"1"' }, body: bobsTask }
    }
    const handlers = Object.fromEntries(owned.map(({ id }) => [id, tell])) as unknown as Handlers
    open = await startService({ keep: true, replace: (real) => ({ ...real, ...handlers }) })
  })
  afterAll(() => open.close())

  test.each(owned)(
    "$id: another user's path is refused before any handler runs",
    async (operation) => {
      const [sue, tom] = [await newPerson(open.url, 'sue'), await newPerson(open.url, 'tom')]
      const { headers = [], ...request } = exampleRequest(operation, tom)
      const hers: [string, string][] = headers.map(([name, value]) => [
        name,
        name === 'authorization' ? `Bearer ${sue.token}` : value,
      ])
      called = 0
      const { status, text } = await exchange(open.url, { ...request, headers: hers })
      expect([status, called]).toEqual([403, 0])
      expect(text).not.toContain(bobsTask.title)
      await exchange(open.url, { ...request, headers })
      expect(called).toBe(1)
    },
  )
})

const SPEAKS_SQL = new RegExp(
  String.raw`(database|statements)\.(rows|read|write)[<(]|countRows\(|` +
    '(write|insert|update|delete|restore)Resource[<(]|' +
    "from '(@slonik/sql-tag|pg)'",
)
const STORES = storeCalls(() => database)
const calls = Object.values(STORES).flatMap(({ calls }) => Object.entries(calls))
const callsForUsers = Object.values(STORES).flatMap(({ calls, actsForNoUser }) =>
  actsForNoUser ? [] : Object.entries(calls),
)

describe('the row filter, with signature and path check taken down', () => {
  test('every store there is, and every function it exports, is called below', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const speakSql = globSync('server/**/*.ts', { cwd: root }).filter((file) => {
      const isInside =
        file.startsWith('server/database/') ||
        file.startsWith('server/testing/') ||
        file.endsWith('.test.ts') ||
        // They call what is called below.
        /\/(operations|actions)\.ts$/.test(file)
      return (
        !isInside &&
        SPEAKS_SQL.test(readFileSync(join(root, file), 'utf8').replaceAll(/^import type .*$/gm, ''))
      )
    })
    expect(Object.keys(STORES).sort()).toEqual(speakSql.sort())
    for (const { module, calls } of Object.values(STORES)) {
      const functions = Object.entries(module).filter(([, value]) => typeof value === 'function')
      expect(Object.keys(calls).sort()).toEqual(functions.map(([name]) => name).sort())
    }
  })

  test.each(calls)(
    "%s, called by Ada with Bob's ids, leaves Bob's rows and tells nothing",
    async (_, call) => {
      const before = await rowsOf(bob)
      expect(before.length).toBeGreaterThan(3)
      const [own, his] = [callerOf(ada), callerOf(bob)]
      const mixtures = [
        own,
        { userId: his.userId, sessionId: own.sessionId },
        { userId: own.userId, sessionId: his.sessionId },
      ]
      for (const caller of mixtures) {
        const response = JSON.stringify(
          await call(caller, bob, bobsTask.id, bobsOther.id, bobsList.id),
        )
        const secrets = [
          bob.email,
          bobsTask.title,
          'known to Bob alone',
          'a label of Bob',
          'a list of Bob',
          bob.sessionToken.split('.')[0] as string,
          sessionOf(bob),
          bobsPurged.id,
          bob.id,
        ]
        for (const his of secrets) expect(response ?? '').not.toContain(his)
        expect(await rowsOf(bob)).toEqual(before)
      }
      // deleteSession may have ended her own.
      ada = await newPerson(service.url, 'ada')
    },
  )

  test.each(callsForUsers)(
    '%s, called by the owner, does answer or change something, so the test above means something',
    async (name, call) => {
      const sue = await newPerson(service.url, 'sue')
      const { id, title } = await sue.addTask({
        ...{ title: 'of Sue', labels: ['of Sue', BOBS_LABEL] },
        ...{ due_date: '2026-12-01', recurrence: { rule: 'FREQ=DAILY' } },
      })
      await sue.send(`/api/${sue.id}/labels/of%20Sue`, { method: 'PATCH', json: { color: 'red' } })
      const { id: otherId } = await sue.addTask({}, { 'idempotency-key': 'a key of Sue' })
      const purged = await purgedTask(sue)
      await sue.send(`${sue.tasks}/${(await sue.addTask()).id}`, { method: 'DELETE' })
      await send(`${service.url}/api/auth/login`, {
        method: 'POST',
        json: { email: sue.email, password: sue.password },
      })
      const list = await addResource(sue, 'list')
      if (name === 'restoreList')
        await sue.send(`/api/${sue.id}/lists/${list.id}`, { method: 'DELETE' })
      const before = await rowsOf(sue)
      const response = JSON.stringify(await call(callerOf(sue), sue, id, otherId, list.id))
      const tells = [
        sue.email,
        title,
        id,
        purged.id,
        list.id,
        sessionOf(sue),
        'a key of Sue',
        'credential',
        await hashOf(database, sue),
        'true',
        'taken',
      ].some((word) => response?.includes(word))
      expect(tells || JSON.stringify(await rowsOf(sue)) !== JSON.stringify(before)).toBe(true)
    },
  )
})

describe('the database, with everything above it taken down', () => {
  test('a row of a user that does not exist is refused by each table', async () => {
    const unknown = '0199c2ef-0000-7000-8000-000000000000'
    for (const statement of [
      sql.unsafe`insert into tasks (user_id, id, version, placed_version, title, position,
        created_at, updated_at)
        values (${unknown}::uuid, gen_random_uuid(), 1, 1, 'x', '5', now(), now())`,
      sql.unsafe`insert into user_versions (user_id, version) values (${unknown}::uuid, 1)`,
      sql.unsafe`insert into session (id, "userId", token, "expiresAt")
        values (gen_random_uuid(), ${unknown}::uuid, 'x', now())`,
      sql.unsafe`insert into account (id, "userId", "accountId", "providerId")
        values (gen_random_uuid(), ${unknown}::uuid, 'x', 'x')`,
    ])
      await expect(database.rows(statement)).rejects.toMatchObject({ code: '23503' })
  })

  test('every column that names a user is a cascading foreign key', async () => {
    const columns = await database.rows<{ table_name: string; column_name: string }>(
      sql.unsafe`select table_name, column_name from information_schema.columns
        where table_schema = 'public' and column_name in ('user_id', 'userId') order by 1, 2`,
    )
    const keys = await database.rows<{ table_name: string; column_name: string }>(sql.unsafe`
      select table_class.relname::text as table_name, attname::text as column_name
      from pg_constraint join pg_class table_class on table_class.oid = conrelid
      join pg_attribute on attrelid = conrelid and attnum = conkey[1]
      where contype = 'f' and confrelid = '"user"'::regclass and confdeltype = 'c'
      and cardinality(conkey) = 1 order by 1, 2`)
    expect(columns.length).toBeGreaterThan(3)
    expect(keys).toEqual(columns)
  })

  test('one task id of two users is two tasks', async () => {
    const [sue, tom] = [await newPerson(service.url, 'sue'), await newPerson(service.url, 'tom')]
    const { id } = await sue.addTask({ title: 'of Sue' })
    await insertTask(database, callerOf(tom), id, { title: 'of Tom' }, undefined, AMPLE)
    await tom.send(`${tom.tasks}/${id}`, { method: 'DELETE' })
    expect(await sue.send(`${sue.tasks}/${id}`)).toMatchObject({
      status: 200,
      body: { title: 'of Sue' },
    })
  })
})

describe('a refusal does not tell whether the other user or task exists', () => {
  const UNKNOWN = '0199c2ef-0000-7000-8000-000000000000'
  const ofOne = contractOperations.filter(nounOf)
  const bobs = async (noun: string) =>
    noun === 'task'
      ? bobsTask.id
      : noun === 'label'
        ? BOBS_LABEL
        : (await addResource(bob, noun)).id
  const ask = async (path: string, method: string, body: string | undefined) => {
    const headers: [string, string][] = [
      ['authorization', `Bearer ${ada.token}`],
      ['x-request-id', 'same'],
      ...(body ? [['content-type', 'application/json'] as [string, string]] : []),
    ]
    const started = performance.now()
    const {
      headers: answered,
      status,
      text,
    } = await exchange(service.url, { method, path, headers, ...(body ? { body } : {}) })
    const took = performance.now() - started
    const { date: _, ...same } = answered
    return { bytes: JSON.stringify([status, same, text]), status, took }
  }

  test.each(ofOne)('$id: the same bytes', async (operation) => {
    const { method, body } = exampleRequest(operation, ada)
    const existing = await bobs(nounOf(operation) as string)
    const at = (user: string, id: string) =>
      ask(
        operation.template.replace('{user_id}', user).replace(/\{\w+\}/, encodeURIComponent(id)),
        method,
        body?.toString(),
      )
    const forbidden = await Promise.all([
      at(bob.id, existing),
      at(bob.id, NO_TASK),
      at(UNKNOWN, existing),
      at(UNKNOWN, NO_TASK),
    ])
    expect(forbidden.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(new Set(forbidden.map(({ bytes }) => bytes)).size).toBe(1)
    const missing = await Promise.all([at(ada.id, existing), at(ada.id, NO_TASK)])
    expect(missing.map(({ status }) => status)).toEqual([404, 404])
    expect(new Set(missing.map(({ bytes }) => bytes)).size).toBe(1)
  })

  // Not how long it takes, but whether one can be told from the other: asked in turn, each must be
  // the slower one about as often.
  // By chance alone 400 pairs stray from one half by more than a tenth once in 16,000 runs.
  const slowerShare = async (
    one: () => Promise<{ took: number }>,
    other: () => Promise<{ took: number }>,
  ) => {
    let slower = 0
    for (let pair = 0; pair < 420; pair += 1) {
      const [first, second] = pair % 2 ? [one, other] : [other, one]
      const [a, b] = [(await first()).took, (await second()).took]
      if (pair >= 20 && (pair % 2 ? a > b : b > a)) slower += 1
    }
    return slower / 400
  }

  test('403 for a user who exists is as slow as for one who does not', async () => {
    const share = await slowerShare(
      () => ask(`${bob.tasks}/${bobsTask.id}`, 'GET', undefined),
      () => ask(`/api/${UNKNOWN}/tasks/${UNKNOWN}`, 'GET', undefined),
    )
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1)
  })

  test("404 for another user's task is as slow as for none", async () => {
    const share = await slowerShare(
      () => ask(`${ada.tasks}/${bobsTask.id}`, 'GET', undefined),
      () => ask(`${ada.tasks}/${UNKNOWN}`, 'GET', undefined),
    )
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1)
  })
})
