import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { task } from '../tasks/fields.ts'
import type { CalendarTask } from './icalendar.ts'
import type { Part } from './walk.ts'

type Schemas = components['schemas']

// Every function answers undefined when the caller's session has ended.

/**
 * Tasks in the order of their ids, which never change: so whoever goes on from the last sees each
 * that stays exactly once.
 */
export async function selectTasks(
  database: Statements,
  caller: Caller,
  { trash, ...part }: Part & { trash: boolean },
): Promise<Schemas['Task'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    select: sql.fragment`${task} from tasks where ${ofCaller(caller)} and (${trash} or state <> 'trashed')`,
  })
}

/**
 * The same, each with the moment it is due where a time zone makes it one, of the years that a
 * calendar has.
 */
export async function selectCalendarTasks(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<CalendarTask[] | undefined> {
  const rows = await selectPart<Schemas['Task'] & { due_instant: string | null }>(
    database,
    caller,
    part,
    {
      key: 'id',
      select: sql.fragment`
      ${task}, case when due_instant < '10000-01-01Z' then due_instant end as due_instant from tasks where ${ofCaller(caller)} and state <> 'trashed'`,
    },
  )
  return rows?.map(({ due_instant, ...task }) => ({ task, due_instant }))
}

// The id itself beside the live one: only by it the planner can tell a user with many tasks from
// one with few.
const ofCaller = (caller: Caller) =>
  sql.fragment`tasks.user_id = live.user_id and tasks.user_id = ${caller.userId}::uuid`

export async function selectHeldUser(
  database: Statements,
  caller: Caller,
): Promise<Schemas['HeldUser'] | undefined> {
  const [user] = await database.rows<Schemas['HeldUser']>(sql.unsafe`
    with ${liveCaller(caller)}
    select id, email, "emailVerified" as email_verified, name, image, "createdAt" as created_at, "updatedAt" as updated_at from "user" join live on live.user_id = id`)
  return user
}

export async function selectSignInMethods(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['SignInMethod'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    select: sql.fragment`
      id, "providerId" as provider, "accountId" as account_id, "createdAt" as created_at, "updatedAt" as updated_at from account where "userId" = live.user_id`,
  })
}

export async function selectHeldSessions(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['HeldSession'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    select: sql.fragment`
      id, "createdAt" as created_at, "updatedAt" as last_seen_at, "expiresAt" as expires_at, nullif("ipAddress", '') as ip_address, nullif("userAgent", '') as user_agent
      from session where "userId" = live.user_id`,
  })
}

export async function selectPurgedTasks(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['PurgedTask'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    select: sql.fragment`id, purged_at from purged_tasks where purged_tasks.user_id = live.user_id`,
  })
}

export async function selectKeptAnswers(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['KeptAnswer'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'key',
    select: sql.fragment`key, status::int, answer::text, created_at from idempotency_keys where idempotency_keys.user_id = live.user_id`,
  })
}

/**
 * What columns, table and conditions `select` finds for `live`, by a key that is unlike in each
 * row, after the last row of the part before.
 */
async function selectPart<Row>(
  database: Statements,
  caller: Caller,
  { after, limit }: Part,
  { key, select }: { key: 'id' | 'key'; select: ReturnType<typeof sql.fragment> },
): Promise<Row[] | undefined> {
  const column = sql.identifier([key])
  const type = key === 'id' ? sql.fragment`uuid` : sql.fragment`text`
  const rows = await database.rows<Row & { is_there: boolean | null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select true as is_there, ${select} and ${after === undefined ? sql.fragment`true` : sql.fragment`${column} > ${after}::${type}`} order by ${column} limit ${limit}
    ) found on true order by ${column}`)
  // No row: nobody is there. One row of nothing: they are, and have nothing.
  return rows.length === 0
    ? undefined
    : rows.flatMap(({ is_there, ...row }) => (is_there ? (row as Row) : []))
}
