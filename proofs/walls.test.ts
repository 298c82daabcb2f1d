import { randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as accountStore from '../server/auth/account-store.ts'
import * as sessionStore from '../server/auth/store.ts'
import * as chores from '../server/chores.ts'
import { contractOperations } from '../server/contract/document.ts'
import type { Caller, Handlers } from '../server/contract/handlers.ts'
import type { Database } from '../server/database/database.ts'
import { sql } from '../server/database/live-caller.ts'
import * as bulkStore from '../server/tasks/bulk-store.ts'
import * as changeStore from '../server/tasks/change-store.ts'
import { dueClock } from '../server/tasks/due-clock.ts'
import * as listStore from '../server/tasks/list-store.ts'
import * as taskStore from '../server/tasks/store.ts'
import * as trashStore from '../server/tasks/trash-store.ts'
import { newPerson, type Person, send } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import * as exportStore from '../server/transfer/export-store.ts'
import * as importStore from '../server/transfer/import-store.ts'
import { exampleRequest, NO_TASK } from './example-request.ts'
import { exchange } from './exchange.ts'

// What keeps one user's rows from another are walls of their own: signature, path, row filter, key, foreign key.
// `callers.test.ts` tries the first from outside; here each of the others stands alone, with those before it taken down.

let service: TestService
let database: Database
let ada: Person
let bob: Person
let bobsTask: { id: string; title: string }
let bobsOther: { id: string }
let bobsPurged: { id: string }
const BOBS_KEY = 'a key of Bob'
beforeAll(async () => {
  service = await startService({ keep: true })
  database = service.database
  ada = await newPerson(service.url, 'ada')
  bob = await newPerson(service.url, 'bob')
  await ada.addTask({ title: 'of Ada' })
  bobsTask = await bob.addTask({ title: 'a secret of Bob', description: 'nobody knows', labels: ['a label of Bob'] })
  bobsOther = await bob.addTask({}, { 'idempotency-key': BOBS_KEY })
  bobsPurged = await purgedTask(bob)
  await bob.send(`${bob.tasks}/${(await bob.addTask({ title: 'a secret of Bob, in the trash' })).id}`, { method: 'DELETE' })
})
afterAll(() => service.close())

async function purgedTask(person: Person): Promise<{ id: string }> {
  const task = await person.addTask()
  await person.send(`${person.tasks}/${task.id}`, { method: 'DELETE' })
  await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
  return task
}

const sessionOf = (person: Person) => decodeJwt(person.token).sid as string
const callerOf = (person: Person): Caller => ({ userId: person.id, sessionId: sessionOf(person) })

async function hashOf(person: Person): Promise<string> {
  const [account] = await database.rows<{ password: string }>(sql.unsafe`select password from account where "userId" = ${person.id}::uuid`)
  return account?.password ?? ''
}

/** Every row of every table that has anything of this person in it, as the database spells it. */
async function rowsOf(person: Person): Promise<string[]> {
  const tables = await database.rows<{ name: string }>(
    sql.unsafe`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const rows: string[] = []
  for (const { name } of tables) {
    const identifier = sql.identifier([name])
    const found = await database.rows<{ row: string }>(
      sql.unsafe`select to_jsonb(each)::text as row from ${identifier} each where to_jsonb(each)::text like ${`%${person.id}%`} order by 1`,
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

  test.each(owned)("$id: another user's path is refused before any handler runs", async (operation) => {
    const [sue, tom] = [await newPerson(open.url, 'sue'), await newPerson(open.url, 'tom')]
    const { headers = [], ...request } = exampleRequest(operation, tom)
    const hers: [string, string][] = headers.map(([name, value]) => [name, name === 'authorization' ? `Bearer ${sue.token}` : value])
    called = 0
    const { status, text } = await exchange(open.url, { ...request, headers: hers })
    expect([status, called]).toEqual([403, 0])
    expect(text).not.toContain(bobsTask.title)
    await exchange(open.url, { ...request, headers })
    expect(called).toBe(1)
  })
})

/** How each exported function of a store is called by somebody who wants at another's things. */
type Call = (caller: Caller, owner: Person, ownersTask: string, ownersOther: string) => Promise<unknown>
const STORES: Record<string, { module: object; calls: Record<string, Call>; actsForNobody?: true }> = {
  'server/chores.ts': {
    module: chores,
    // What they take away, and that it is nothing else, is held by `housekeeping.test.ts`.
    actsForNobody: true,
    calls: {
      purgeOldTrash: () => chores.purgeOldTrash(database),
      forgetPurgedTasks: () => chores.forgetPurgedTasks(database),
      deleteOldKeys: () => chores.deleteOldKeys(database),
      deleteExpiredSessions: () => chores.deleteExpiredSessions(database),
    },
  },
  'server/tasks/bulk-store.ts': {
    module: bulkStore,
    calls: {
      holdClock: (caller) => bulkStore.holdClock(database, caller),
      selectEarlier: async (caller) => {
        const request = { key: BOBS_KEY, requestHash: 'another' }
        await bulkStore.keepAnswer(database, caller, request, { items: [] })
        return bulkStore.selectEarlier(database, caller, request)
      },
      keepAnswer: (caller) => bulkStore.keepAnswer(database, caller, { key: 'a key of nobody', requestHash: 'x' }, { items: [] }),
    },
  },
  'server/tasks/change-store.ts': {
    module: changeStore,
    calls: { selectTaskChanges: (caller) => changeStore.selectTaskChanges(database, caller, { since: undefined, limit: 200, unchanged: [] }) },
  },
  'server/transfer/export-store.ts': {
    module: exportStore,
    calls: {
      selectTasks: (caller) => exportStore.selectTasks(database, caller, { ...ALL, trash: true }),
      selectCalendarTasks: (caller) => exportStore.selectCalendarTasks(database, caller, ALL),
      selectHolder: (caller) => exportStore.selectHolder(database, caller),
      selectHeldSessions: (caller) => exportStore.selectHeldSessions(database, caller, ALL),
      selectPurgedTasks: (caller) => exportStore.selectPurgedTasks(database, caller, ALL),
      selectKeptAnswers: (caller) => exportStore.selectKeptAnswers(database, caller, ALL),
    },
  },
  'server/transfer/import-store.ts': {
    module: importStore,
    calls: {
      insertTasks: (caller, _owner, id, otherId) =>
        importStore.insertTasks(
          database,
          caller,
          [id, otherId, randomUUID()].map((id, index) => ({ row: index + 1, id, title: 'planted', completed: false, isIdMade: false })),
        ),
    },
  },
  'server/tasks/trash-store.ts': {
    module: trashStore,
    calls: { emptyTrash: (caller) => trashStore.emptyTrash(database, caller, undefined) },
  },
  'server/auth/account-store.ts': {
    module: accountStore,
    calls: {
      selectSessions: (caller) => accountStore.selectSessions(database, caller),
      deleteSessionById: (caller, owner) => accountStore.deleteSessionById(database, caller, sessionOf(owner)),
      deleteOtherSessions: (caller) => accountStore.deleteOtherSessions(database, caller),
      selectPasswordHash: (caller) => accountStore.selectPasswordHash(database, caller),
      // Somebody who knows the owner's very hash.
      replaceHash: async (caller, owner) => accountStore.replaceHash(database, caller, await hashOf(owner), 'taken'),
      holdAccount: (caller) => accountStore.holdAccount(database, caller),
      deleteUser: async (caller, owner) => accountStore.deleteUser(database, caller, await hashOf(owner)),
      updateUser: (caller) => accountStore.updateUser(database, caller, { name: 'taken' }),
    },
  },
  'server/auth/store.ts': {
    module: sessionStore,
    calls: {
      selectUser: (caller) => sessionStore.selectUser(database, caller),
      selectHashOfEmail: (_caller, owner) => sessionStore.selectHashOfEmail(database, owner.email),
      isHashOf: async (_caller, owner) => sessionStore.isHashOf(database, owner.id, await hashOf(owner)),
      isEmailTaken: (_caller, owner) => sessionStore.isEmailTaken(database, owner.email),
      deleteSession: (caller) => sessionStore.deleteSession(database, caller),
    },
  },
  'server/tasks/list-store.ts': {
    module: listStore,
    calls: {
      selectTaskPage: (caller) => {
        const request = { filter: {}, clock: dueClock('UTC', Date.now()), sort: '-created_at', after: undefined, limit: 200, unchanged: [] } as const
        return listStore.selectTaskPage(database, caller, { ...request, unchanged: [] })
      },
      selectTaskCounts: (caller) => listStore.selectTaskCounts(database, caller, dueClock('UTC', Date.now()), []),
    },
  },
  'server/tasks/store.ts': {
    module: taskStore,
    calls: {
      selectTask: (caller, _owner, id) => taskStore.selectTask(database, caller, id),
      updateTask: (caller, _owner, id) => taskStore.updateTask(database, caller, id, { title: 'taken', description: null, completed: true }, free()),
      toggleTask: (caller, _owner, id) => taskStore.toggleTask(database, caller, id, free()),
      moveTask: async (caller, _owner, id, otherId) => {
        // Bob's task itself, and a task of the caller's beside Bob's.
        const own = await taskStore.insertTask(database, caller, randomUUID(), { title: 'own' }, undefined)
        const ownId = own?.outcome === 'done' ? own.task.id : NO_TASK
        return [
          await taskStore.moveTask(database, caller, id, { before: otherId }, { ifMatch: null, once: undefined }),
          await taskStore.moveTask(database, caller, ownId, { after: id }, { ifMatch: null, once: undefined }),
        ]
      },
      insertTask: (caller, _owner, id) => taskStore.insertTask(database, caller, id, { title: 'planted' }, free().once),
      deleteTask: (caller, _owner, id) => taskStore.deleteTask(database, caller, id, free()),
      restoreTask: (caller, _owner, id) => taskStore.restoreTask(database, caller, id, { ifMatch: null, once: undefined }),
    },
  },
}
const ALL = { after: undefined, limit: 200 }
/** No version is asked for, and the key is one that Bob has used too. */
const free = () => ({ ifMatch: null, once: { key: BOBS_KEY, requestHash: 'another' } })
const calls = Object.values(STORES).flatMap(({ calls }) => Object.entries(calls))
const callsForSomebody = Object.values(STORES).flatMap(({ calls, actsForNobody }) => (actsForNobody ? [] : Object.entries(calls)))

describe('the row filter, with signature and path check taken down', () => {
  test('every store there is, and every function it exports, is called below', () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const speakSql = globSync('server/**/*.ts', { cwd: root }).filter((file) => {
      const isInside = file.startsWith('server/database/') || file.startsWith('server/testing/') || file.endsWith('.test.ts')
      return !isInside && /\.rows[<(]|from '(slonik|pg)'/.test(readFileSync(join(root, file), 'utf8').replaceAll(/^import type .*$/gm, ''))
    })
    expect(Object.keys(STORES).sort()).toEqual(speakSql.sort())
    for (const { module, calls } of Object.values(STORES)) {
      const functions = Object.entries(module).filter(([, value]) => typeof value === 'function')
      expect(Object.keys(calls).sort()).toEqual(functions.map(([name]) => name).sort())
    }
  })

  test.each(calls)("%s, called by Ada with Bob's ids in every mixture, leaves Bob's rows byte for byte and tells nothing of them", async (_, call) => {
    const before = await rowsOf(bob)
    expect(before.length).toBeGreaterThan(3)
    const [own, his] = [callerOf(ada), callerOf(bob)]
    const mixtures = [own, { userId: his.userId, sessionId: own.sessionId }, { userId: own.userId, sessionId: his.sessionId }]
    for (const caller of mixtures) {
      const answer = JSON.stringify(await call(caller, bob, bobsTask.id, bobsOther.id))
      const secrets = [bob.email, bobsTask.title, 'nobody knows', 'a label of Bob', bob.sessionToken.split('.')[0] as string, sessionOf(bob), bobsPurged.id]
      for (const his of secrets) expect(answer ?? '').not.toContain(his)
      expect(await rowsOf(bob)).toEqual(before)
    }
    // deleteSession may have ended her own.
    ada = await newPerson(service.url, 'ada')
  })

  test.each(callsForSomebody)('%s, called by the owner, does answer or change something, so the test above means something', async (_, call) => {
    const sue = await newPerson(service.url, 'sue')
    const { id, title } = await sue.addTask({ title: 'of Sue', labels: ['of Sue'] })
    const { id: otherId } = await sue.addTask({}, { 'idempotency-key': 'a key of Sue' })
    const purged = await purgedTask(sue)
    await sue.send(`${sue.tasks}/${(await sue.addTask()).id}`, { method: 'DELETE' })
    await send(`${service.url}/api/auth/login`, { method: 'POST', json: { email: sue.email, password: sue.password } })
    const before = await rowsOf(sue)
    const answer = JSON.stringify(await call(callerOf(sue), sue, id, otherId))
    const tells = [sue.email, title, id, purged.id, sessionOf(sue), 'a key of Sue', await hashOf(sue), 'true', 'taken'].some((word) => answer?.includes(word))
    expect(tells || JSON.stringify(await rowsOf(sue)) !== JSON.stringify(before)).toBe(true)
  })
})

describe('the database, with everything above it taken down', () => {
  test('a task of a user that does not exist is refused, and so is a clock, a session and an account', async () => {
    const nobody = '0199c2ef-0000-7000-8000-000000000000'
    for (const statement of [
      sql.unsafe`insert into tasks (user_id, id, version, title, position, created_at, updated_at) values (${nobody}::uuid, gen_random_uuid(), 1, 'x', '5', now(), now())`,
      sql.unsafe`insert into task_clock (user_id, version) values (${nobody}::uuid, 1)`,
      sql.unsafe`insert into session (id, "userId", token, "expiresAt") values (gen_random_uuid(), ${nobody}::uuid, 'x', now())`,
      sql.unsafe`insert into account (id, "userId", "accountId", "providerId") values (gen_random_uuid(), ${nobody}::uuid, 'x', 'x')`,
    ])
      await expect(database.rows(statement)).rejects.toMatchObject({ cause: { code: '23503' } })
  })

  test('every column that names a user is a foreign key to the user, and goes with them', async () => {
    const columns = await database.rows<{ table_name: string; column_name: string }>(
      sql.unsafe`select table_name, column_name from information_schema.columns where table_schema = 'public' and column_name in ('user_id', 'userId') order by 1, 2`,
    )
    const keys = await database.rows<{ table_name: string; column_name: string }>(sql.unsafe`
      select table_class.relname::text as table_name, attname::text as column_name
      from pg_constraint join pg_class table_class on table_class.oid = conrelid join pg_attribute on attrelid = conrelid and attnum = conkey[1]
      where contype = 'f' and confrelid = '"user"'::regclass and confdeltype = 'c' and cardinality(conkey) = 1 order by 1, 2`)
    expect(columns.length).toBeGreaterThan(3)
    expect(keys).toEqual(columns)
  })

  test('the same task id under two users is two tasks: one cannot overwrite the other', async () => {
    const [sue, tom] = [await newPerson(service.url, 'sue'), await newPerson(service.url, 'tom')]
    const { id } = await sue.addTask({ title: 'of Sue' })
    await taskStore.insertTask(database, callerOf(tom), id, { title: 'of Tom' }, undefined)
    await tom.send(`${tom.tasks}/${id}`, { method: 'DELETE' })
    expect(await sue.send(`${sue.tasks}/${id}`)).toMatchObject({ status: 200, body: { title: 'of Sue' } })
  })
})

describe('a refusal does not tell whether the other user or task exists', () => {
  const NOBODY = '0199c2ef-0000-7000-8000-000000000000'
  const ofOneTask = contractOperations.filter(({ template }) => template.includes('{task_id}'))
  const ask = async (path: string, method: string, body: string | undefined) => {
    const headers: [string, string][] = [
      ['authorization', `Bearer ${ada.token}`],
      ['x-request-id', 'same'],
      ...(body ? [['content-type', 'application/json'] as [string, string]] : []),
    ]
    const started = performance.now()
    const { headers: answered, status, text } = await exchange(service.url, { method, path, headers, ...(body ? { body } : {}) })
    const took = performance.now() - started
    const { date: _, ...same } = answered
    return { bytes: JSON.stringify([status, same, text]), status, took }
  }

  test.each(ofOneTask)('$id: the same bytes', async (operation) => {
    const { method, body } = exampleRequest(operation, ada)
    const at = (user: string, task: string) => ask(operation.template.replace('{user_id}', user).replace('{task_id}', task), method, body?.toString())
    const forbidden = await Promise.all([at(bob.id, bobsTask.id), at(bob.id, NO_TASK), at(NOBODY, bobsTask.id), at(NOBODY, NO_TASK)])
    expect(forbidden.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(new Set(forbidden.map(({ bytes }) => bytes)).size).toBe(1)
    const missing = await Promise.all([at(ada.id, bobsTask.id), at(ada.id, NO_TASK)])
    expect(missing.map(({ status }) => status)).toEqual([404, 404])
    expect(new Set(missing.map(({ bytes }) => bytes)).size).toBe(1)
  })

  // Not how long it takes, but whether one can be told from the other: asked in turn, each must be the slower one about as often.
  // By chance alone 400 pairs stray from one half by more than a tenth once in 16,000 runs.
  const slowerShare = async (one: () => Promise<{ took: number }>, other: () => Promise<{ took: number }>) => {
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
      () => ask(`/api/${NOBODY}/tasks/${NOBODY}`, 'GET', undefined),
    )
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1)
  })

  test("404 for another user's task is as slow as for none", async () => {
    const share = await slowerShare(
      () => ask(`${ada.tasks}/${bobsTask.id}`, 'GET', undefined),
      () => ask(`${ada.tasks}/${NOBODY}`, 'GET', undefined),
    )
    expect(Math.abs(share - 0.5)).toBeLessThan(0.1)
  })
})
