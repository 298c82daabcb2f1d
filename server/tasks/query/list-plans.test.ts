import { decodeJwt } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../database/database.ts'
import type { Statement } from '../../database/sql.ts'
import { effort } from '../../testing/effort.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'
import { localTimeIn } from './local-time.ts'
import type { Sort } from './sort.ts'
import { selectTaskCounts } from './task-counts.ts'
import { selectTaskPage } from './task-page.ts'

// How many rows the database reads for a page, not how long it takes: read off the plan that it
// chose and ran.

/** Tasks of one user, and of all. */
const heavy = effort({ usual: 12_000, long: 100_000 })
const all = effort({ usual: 36_000, long: 1_000_000 })
const LIMIT = 50

let service: TestService
let ada: Person
let planner: pg.Client
let mode: string
beforeAll(async () => {
  service = await startService({ keep: true, losable: true })
  ada = await newPerson(service.url)
  await fill(service.databaseUrl as string)
  planner = new pg.Client(service.databaseUrl)
  await planner.connect()
}, 600_000)
afterAll(async () => {
  await planner.end()
  await service.close()
})

/**
 * Tasks of every kind: a tenth to a half fits each filter, and one in a thousand is labelled `rare`
 * and says `needle`.
 */
async function fill(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`
    insert into "user" (id, name, email)
    select gen_random_uuid(), 'Another user', n || '@example.org' from generate_series(1, 900) n`)
  await client.query(
    `insert into lists (user_id, id, version, placed_version, name, color, position, created_at,
      updated_at)
    select $1, ('0199c2f0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n, n, 'List ' || n,
      'gray', n, now(), now()
    from generate_series(0, 9) n`,
    [ada.id],
  )
  // Rows first and indexes after them is many times faster.
  await client.query(
    'create function chance(kind int, n int, of int) returns int language sql immutable ' +
      'return ((hashint8((kind::bigint << 40) + n)::bigint + 2147483648) % of)::int',
  )
  const { rows } = await client.query(
    `select indexname, indexdef from pg_indexes where tablename = 'tasks'
      and indexname <> 'tasks_pkey'`,
  )
  for (const { indexname } of rows) await client.query(`drop index ${indexname}`)
  await client.query(
    `with others as (select array_agg(id) as ids from "user" where id <> $1),
    lists as (select array_agg(id order by id) as lists from lists where user_id = $1)
    insert into tasks (user_id, id, version, placed_version, list_id, title, description,
    completed_at, due_date, due_time, due_time_zone, priority, labels, position,
    created_at, updated_at)
    select case when n <= $2 then $1::uuid else ids[1 + n % 900] end, gen_random_uuid(), n, n,
      case when n <= $2 and chance(12, n, 10) < 5 then lists[1 + chance(13, n, 10)] end,
      (array['Pay','Call','Buy','Write','Fix'])[1 + chance(1, n, 5)] || ' the ' || md5(n::text),
      case when chance(0, n, 1000) = 0 then 'a needle' when chance(2, n, 3) = 0
      then 'because ' || md5((n * 7)::text) end,
      case when chance(3, n, 10) < 6 then now() end,
      case when chance(4, n, 4) > 0 then current_date - 256 + chance(5, n, 512) end,
      case when chance(4, n, 4) = 1
      then time '00:00' + chance(6, n, 1440) * interval '1 minute' end,
      case when chance(4, n, 4) = 1 and chance(7, n, 2) = 1 then 'Europe/Berlin' end,
      (array['none','low','medium','high']::task_priority[])[1 + chance(8, n, 4)],
      case when chance(9, n, 2) = 0 then array['l' || chance(10, n, 5)] || case
      when chance(0, n, 1000) = 0 then array['rare'] else '{}' end else '{}' end,
      position_between(null, null, n), now() - n * interval '17 seconds', now() - chance(11,
      n, 1000000) * interval '1 second'
    from generate_series(1, $3::int) n, others, lists`,
    [ada.id, heavy, all],
  )
  for (const { indexdef } of rows) await client.query(indexdef)
  await client.query('vacuum analyze tasks')
  await client.end()
}

interface Node {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: Node[]
}

/** What a statement reads of `tasks`: rows, and by which indexes. */
async function readsOf(run: (database: Database) => Promise<unknown>) {
  let statement: Statement | undefined
  const listen = async (asked: Statement) => {
    statement = asked
    return []
  }
  await run({ ...service.database, rows: listen, read: listen })
  const { sql, values, isPlannedAnew } = statement as Statement
  await planner.query(`set plan_cache_mode = ${isPlannedAnew ? 'force_custom_plan' : mode}`)
  // `explain` of the statement itself would always plan for the values.
  await planner.query(`prepare asked as ${sql.replaceAll('$slonik_', '$')}`)
  const { rows: plans } = await planner.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `explain (analyze, timing off, format json) execute asked ` +
      `${values.length > 0 ? `(${values.map(literal)})` : ''}`,
  )
  await planner.query('deallocate asked')
  let rows = 0
  const ways = new Set<string>()
  const visit = (node: Node) => {
    const count =
      node['Actual Loops'] *
      (node['Actual Rows'] +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0))
    if (node['Relation Name'] === 'tasks' || (node['Index Name'] ?? '').startsWith('tasks_')) {
      ways.add(node['Index Name'] ?? node['Node Type'])
      if (node['Relation Name'] === 'tasks') rows += count
    }
    for (const child of node.Plans ?? []) visit(child)
  }
  visit((plans[0] as (typeof plans)[0])['QUERY PLAN'][0].Plan)
  return { rows, ways: [...ways].filter((way) => way !== 'Bitmap Heap Scan') }
}

const literal = (value: unknown) =>
  value === null
    ? 'null'
    : pg.escapeLiteral(
        Array.isArray(value) ? `{${value.map((each) => JSON.stringify(each))}}` : String(value),
      )

const caller = () => ({ userId: ada.id, sessionId: decodeJwt(ada.token).sid as string })
const localTime = localTimeIn('Europe/Berlin', Date.now())
type Request = Parameters<typeof selectTaskPage>[2]
const page = (request: Partial<Request>) =>
  readsOf((database) =>
    selectTaskPage(database, caller(), {
      filter: {},
      localTime,
      sort: '-created_at',
      after: undefined,
      limit: LIMIT,
      unchanged: [],
      ...request,
    }),
  )

/** A place in the middle of a list. */
const MIDDLE: Record<string, string> = {
  created_at: new Date(Date.now() - heavy * 8_500).toISOString(),
  updated_at: new Date(Date.now() - 500_000_000).toISOString(),
  due: `${localTime.today} 09:00`,
  priority: 'medium',
  title: 'Fix the 8',
  position: `5${String(heavy / 2).padStart(15, '0')}5`,
}
const SORTS = Object.keys(MIDDLE).flatMap((key) => [key, `-${key}`]) as Sort[]

const START = { key: '', id: '80000000-0000-7000-8000-000000000000' }
const from = (sort: Sort) => ({ ...START, key: MIDDLE[sort.replace('-', '')] as string })
/** What a page takes, of open and done ones, and what the count beside the first page takes. */
const PAGE = 2 * (LIMIT + 1)
const COUNT = 1_001

// A statement with a name is planned for its values a few times, and then for any; one without
// always for its values.
describe.each(['force_custom_plan', 'force_generic_plan'])('%s', (each) => {
  beforeAll(() => {
    mode = each
  })

  describe('a page of all, of the open or of the done ones', () => {
    test.each(SORTS)(
      'by %s: reads its page, and from the start the 1,001 that it counts',
      async (sort) => {
        for (const filter of [{}, { completed: false }, { completed: true }]) {
          const middle = await page({ sort, filter, after: from(sort) })
          const start = await page({ sort, filter })
          expect([
            filter,
            middle.rows <= PAGE,
            start.rows <= PAGE + COUNT,
            middle.ways.length,
          ]).toEqual([filter, true, true, 1])
          for (const way of [...middle.ways, ...start.ways]) expect(way).toMatch(/^tasks_by_/)
        }
      },
    )
  })

  describe('a page of one list', () => {
    test.each(SORTS)('by %s: reads its page, and the 1,001 that it counts', async (sort) => {
      const filter = { list_id: '0199c2f0-0000-7000-8000-000000000003' }
      const middle = await page({ sort, filter, after: from(sort) })
      const start = await page({ sort, filter })
      expect(middle.rows).toBeLessThanOrEqual(PAGE)
      expect(start.rows).toBeLessThanOrEqual(PAGE + COUNT)
      for (const way of [...middle.ways, ...start.ways]) expect(way).toMatch(/^tasks_of_list_by_/)
    })
  })

  describe('a filtered page reads by an index, and of tasks that do not fit only few', () => {
    const daysFromNow = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const FILTERS: [name: string, filter: Request['filter']][] = [
      ['the Inbox', { list_id: 'inbox' }],
      ['priority', { priority: ['high'] }],
      ['a label', { label: ['l1'] }],
      ['any of two labels', { label: ['l1', 'l2'], label_match: 'any' }],
      ['a rare label', { label: ['rare'] }],
      ['all of two labels', { label: ['rare', 'l0'], label_match: 'all' }],
      ['overdue', { due: 'overdue' }],
      ['today', { due: 'today' }],
      ['upcoming', { due: 'upcoming' }],
      ['without a date', { due: 'none' }],
      ['due before', { due_before: localTime.today }],
      ['due after', { due_after: localTime.today }],
      ['due between', { due_after: localTime.today, due_before: daysFromNow(3) }],
      ['created after', { created_after: new Date(Date.now() - 17_000 * 100).toISOString() }],
      ['updated after', { updated_after: new Date(Date.now() - heavy * 36).toISOString() }],
      [
        'open, today, a label and a word',
        { completed: false, due: 'today', label: ['l1'], q: 'the' },
      ],
      ['a rare word', { q: 'needle' }],
    ]
    const cases = FILTERS.flatMap(([name, filter]) =>
      (['-created_at', 'due', '-due', 'title', 'position'] as const).map((sort) => ({
        name,
        filter,
        sort,
      })),
    )
    test.each(cases)('$name, by $sort', async ({ filter, sort }) => {
      const start = await page({ sort, filter })
      const middle = await page({ sort, filter, after: from(sort) })
      expect(start.rows).toBeLessThanOrEqual(20 * (PAGE + COUNT))
      expect(middle.rows).toBeLessThanOrEqual(20 * PAGE)
      for (const way of [...start.ways, ...middle.ways]) expect(way).toMatch(/^tasks_(by|in)_/)
    })

    test('common words: reads each task of the user at most twice, no other', async () => {
      for (const sort of SORTS) {
        const { rows, ways } = await page({ sort, filter: { q: 'pay because' } })
        expect(rows).toBeLessThanOrEqual(2 * heavy)
        for (const way of ways) expect(way).toMatch(/^tasks_by_/)
      }
    })
  })

  describe('what needs no task', () => {
    test('counts read each task of the user once, by the index of their state', async () => {
      const { rows, ways } = await readsOf((database) =>
        selectTaskCounts(database, caller(), localTime, []),
      )
      expect(rows).toBeLessThanOrEqual(heavy + 1)
      expect(ways).toEqual(['tasks_by_state'])
    })

    test('a list or counts that are no news read no task', async () => {
      expect((await page({ unchanged: 'any' })).rows).toBe(0)
      expect(
        (await readsOf((database) => selectTaskCounts(database, caller(), localTime, 'any'))).rows,
      ).toBe(0)
    })
  })
})
