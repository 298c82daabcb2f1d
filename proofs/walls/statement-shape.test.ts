import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database, Statements } from '../../server/database/database.ts'
import type { Statement } from '../../server/database/sql.ts'
import { addResource } from '../../server/testing/data/nouns.ts'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { startService, type TestService } from '../../server/testing/service.ts'
import { sessionOf, storeCalls } from './store-calls.ts'

// What lets a database that keeps each user on one shard run the statements of the resource kit:
// each names the user beside every table, and none locks rows in a CTE.

const TABLES = 'tasks|lists|user_versions|tombstones|idempotency_keys'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

let recorded: string[] = []
const recording = (): Database => {
  const keep =
    <Parameters extends unknown[], Result>(
      run: (...parameters: Parameters) => Result,
      of: (parameters: Parameters) => Statement,
    ) =>
    (...parameters: Parameters): Result => {
      recorded.push(of(parameters).sql)
      return run(...parameters)
    }
  const { database } = service
  const kept = ({ rows, write }: Statements): Statements => ({
    rows: keep(rows, ([statement]) => statement) as Statements['rows'],
    write: keep(write, ([, statement]) => statement) as Statements['write'],
  })
  return {
    ...database,
    ...kept(database),
    read: keep(database.read, ([statement]) => statement) as Database['read'],
    transaction: (userId, work) =>
      database.transaction(userId, (statements) => work(kept(statements))),
  }
}

const ofKit = Object.entries(storeCalls(recording))
  .filter(([file]) => /^server\/(resource|lists|tasks\/write)\//.test(file))
  .flatMap(([, { calls }]) => Object.entries(calls))

/** The name by which a statement speaks of each of its tables: its alias, or the table itself. */
function tablesOf(statement: string): string[] {
  const words = /^(?:on|where|join|using|set|cross|left|order|limit|group|for|union|returning)$/
  const found = statement.matchAll(
    new RegExp(
      String.raw`\b(from|join|update|using|delete from) "?(${TABLES})"?(?:\s+(?:as\s+)?"?(\w+)"?)?`,
      'g',
    ),
  )
  return [...found].map(([, , table = '', alias]) =>
    alias === undefined || words.test(alias) ? table : alias,
  )
}

test.each(ofKit)('%s names the user beside each table and locks nothing', async (_, call) => {
  const { id } = await addResource(ada, 'task')
  recorded = []
  await call({ userId: ada.id, sessionId: sessionOf(ada) }, ada, id, id, id)
  expect(recorded.length).toBeGreaterThan(0)
  for (const text of recorded) {
    const statement = text.replaceAll(/\s+/g, ' ')
    expect(statement).not.toMatch(/\bfor (no key )?(update|share)\b/)
    for (const table of tablesOf(statement))
      expect([table, new RegExp(`"?${table}"?\\."?user_id"? = \\$`).test(statement)]).toEqual([
        table,
        true,
      ])
  }
})
