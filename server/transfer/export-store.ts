import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { liveCaller, ownedBy } from '../resource/live-caller.ts'
import { type Part, selectPart } from '../resource/select.ts'
import { tasks } from '../tasks/fields.ts'
import type { CalendarTask } from './icalendar.ts'

type Schemas = components['schemas']

// Every function returns undefined when the caller's session has ended.

/**
 * The tasks that are not in the trash, each with the instant it is due, where a time zone defines
 * one, in the years that a calendar has.
 */
export async function selectCalendarTasks(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<CalendarTask[] | undefined> {
  type Row = Schemas['Task'] & { due_instant: string | null }
  const rows = await selectPart<Row>(database, caller, part, {
    key: 'id',
    columns: sql.fragment`
      ${tasks.output},
      case when due_instant < '10000-01-01Z' then due_instant end as due_instant`,
    from: sql.fragment`
      tasks
      where ${ownedBy('caller', caller, 'tasks')} and state <> 'trashed'`,
  })
  return rows?.map(({ due_instant, ...task }) => ({ task, due_instant }))
}

export async function selectHeldUser(
  database: Statements,
  caller: Caller,
): Promise<Schemas['HeldUser'] | undefined> {
  const [user] = await database.rows<Schemas['HeldUser']>(sql.unsafe`
    with ${liveCaller(caller)}
    select
      id,
      email,
      "emailVerified" as email_verified,
      name,
      image,
      "createdAt" as created_at,
      "updatedAt" as updated_at
    from "user"
    join caller on caller.user_id = id`)
  return user
}

export async function selectSignInMethods(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['SignInMethod'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    columns: sql.fragment`
      id,
      "providerId" as provider,
      "accountId" as account_id,
      "createdAt" as created_at,
      "updatedAt" as updated_at`,
    from: sql.fragment`account where "userId" = caller.user_id`,
  })
}

export async function selectHeldSessions(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['HeldSession'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'id',
    columns: sql.fragment`
      id,
      "createdAt" as created_at,
      "updatedAt" as last_seen_at,
      "expiresAt" as expires_at,
      nullif("ipAddress", '') as ip_address,
      nullif("userAgent", '') as user_agent`,
    from: sql.fragment`session where "userId" = caller.user_id`,
  })
}

/** In the order of type and id; the key of a part is both, with a blank between them. */
export async function selectTombstones(
  database: Statements,
  caller: Caller,
  { after, limit }: Part,
): Promise<Schemas['Tombstone'][] | undefined> {
  const [type = '', id = ''] = after?.split(' ') ?? []
  const isNext =
    after === undefined ? sql.fragment`true` : sql.fragment`(type, id) > (${type}, ${id}::uuid)`
  type Row = Schemas['Tombstone'] | { id: null }
  const rows = await database.rows<Row>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select type, id, purged_at
      from tombstones
      where ${ownedBy('caller', caller, 'tombstones')} and ${isNext}
      order by type, id
      limit ${limit}
    ) found on true
    order by type, id`)
  return rows.length === 0 ? undefined : rows.flatMap((row) => (row.id === null ? [] : [row]))
}

export async function selectKeptResponses(
  database: Statements,
  caller: Caller,
  part: Part,
): Promise<Schemas['StoredResponse'][] | undefined> {
  return selectPart(database, caller, part, {
    key: 'key',
    columns: sql.fragment`key, status::int, response::text, created_at`,
    from: sql.fragment`
      idempotency_keys
      where ${ownedBy('caller', caller, 'idempotency_keys')}`,
  })
}
