import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { liveCaller, sql } from '../database/live-caller.ts'
import { task } from '../tasks/columns.ts'
import type { CalendarTask } from './icalendar.ts'
import type { Part } from './pages.ts'

type Schemas = components['schemas']

// Every function answers undefined when the caller's session has ended.

/** Tasks in the order of their ids, which never change: so whoever goes on from the last sees each that stays exactly once. */
export async function selectTasks(database: Statements, caller: Caller, { trash, ...part }: Part & { trash: boolean }): Promise<Schemas['Task'][] | undefined> {
  const rows = await database.rows<Schemas['Task'] | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select ${task} from tasks where ${ofUser(caller, part)} and (${trash} or state <> 'trashed') order by id limit ${part.limit}
    ) found on true order by id`)
  return found(rows)
}

/** The same, each with the moment it is due where a time zone makes it one, of the years that a calendar has. */
export async function selectCalendarTasks(database: Statements, caller: Caller, part: Part): Promise<CalendarTask[] | undefined> {
  const rows = await database.rows<(Schemas['Task'] & { due_instant: string | null }) | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select ${task}, case when due_instant < '10000-01-01Z' then due_instant end as due_instant from tasks where ${ofUser(caller, part)} and state <> 'trashed' order by id limit ${part.limit}
    ) found on true order by id`)
  return found(rows)?.map(({ due_instant, ...task }) => ({ task, due_instant }))
}

// The id itself beside the live one: only by it the planner can tell a user with many tasks from one with few.
const ofUser = (caller: Caller, { after }: Part) => sql.fragment`tasks.user_id = live.user_id and tasks.user_id = ${caller.userId}::uuid and ${isAfter(after)}`
const isAfter = (after: string | undefined) => (after === undefined ? sql.fragment`true` : sql.fragment`id > ${after}::uuid`)

export interface Holder {
  user: Schemas['HeldUser']
  sign_in_methods: Schemas['SignInMethod'][]
}

export async function selectHolder(database: Statements, caller: Caller): Promise<Holder | undefined> {
  const rows = await database.rows<
    Schemas['HeldUser'] & { method: Omit<Schemas['SignInMethod'], 'created_at' | 'updated_at'>; begun: string; changed: string }
  >(
    sql.unsafe`
    with ${liveCaller(caller)}
    select "user".id, email, "emailVerified" as email_verified, name, image, "user"."createdAt" as created_at, "user"."updatedAt" as updated_at,
      json_build_object('id', account.id, 'provider', "providerId", 'account_id', "accountId") as method, account."createdAt" as begun, account."updatedAt" as changed
    from "user" join live on live.user_id = "user".id left join account on account."userId" = live.user_id order by account.id limit 100`,
  )
  const [first] = rows
  if (!first) return undefined
  const { method, begun, changed, ...user } = first
  return { user, sign_in_methods: rows.flatMap((row) => (row.begun === null ? [] : { ...row.method, created_at: row.begun, updated_at: row.changed })) }
}

export async function selectHeldSessions(database: Statements, caller: Caller, { after, limit }: Part): Promise<Schemas['HeldSession'][] | undefined> {
  const rows = await database.rows<Schemas['HeldSession'] | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select id, "createdAt" as created_at, "updatedAt" as last_seen_at, "expiresAt" as expires_at, nullif("ipAddress", '') as ip_address, nullif("userAgent", '') as user_agent
      from session where "userId" = live.user_id and ${isAfter(after)} order by id limit ${limit}
    ) found on true order by id`)
  return found(rows)
}

export async function selectPurgedTasks(database: Statements, caller: Caller, { after, limit }: Part): Promise<Schemas['PurgedTask'][] | undefined> {
  const rows = await database.rows<Schemas['PurgedTask'] | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select id, purged_at from purged_tasks where purged_tasks.user_id = live.user_id and ${isAfter(after)} order by id limit ${limit}
    ) found on true order by id`)
  return found(rows)
}

export async function selectKeptAnswers(database: Statements, caller: Caller, { after, limit }: Part): Promise<Schemas['KeptAnswer'][] | undefined> {
  const rows = await database.rows<Schemas['KeptAnswer'] | { key: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.* from live left join lateral (
      select key, status::int, answer::text, created_at from idempotency_keys
      where idempotency_keys.user_id = live.user_id and key > ${after ?? ''} order by key limit ${limit}
    ) found on true order by key`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.key === null ? [] : row))
}

/** No row: nobody is there. One row of nothing: they are, and have nothing. */
function found<Row extends { id: unknown }>(rows: readonly Row[]): Exclude<Row, { id: null }>[] | undefined {
  return rows.length === 0 ? undefined : rows.filter((row): row is Exclude<Row, { id: null }> => row.id !== null)
}
