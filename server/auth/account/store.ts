import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { liveCaller, sql } from '../../database/live-caller.ts'

type Schemas = components['schemas']

// Every function answers undefined when the caller's session has ended.

/** The live sessions, the last used first. */
export async function selectSessions(
  database: Statements,
  caller: Caller,
): Promise<Schemas['Session'][] | undefined> {
  const sessions = await database.rows<Schemas['Session']>(sql.unsafe`
    with ${liveCaller(caller)}
    select id, id = ${caller.sessionId}::uuid as current, "createdAt" as created_at, "updatedAt" as last_seen_at, "expiresAt" as expires_at,
      left(nullif("ipAddress", ''), 100) as ip_address, left(nullif("userAgent", ''), 1000) as user_agent
    from session join live on "userId" = live.user_id where "expiresAt" > now() order by "updatedAt" desc, id desc limit 200`)
  return sessions.length > 0 ? [...sessions] : undefined
}

/** Whether there was such a session of the caller. */
export async function deleteSessionById(
  database: Statements,
  caller: Caller,
  id: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ was: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    ended as (delete from session using live where "userId" = live.user_id and id = ${id}::uuid and "expiresAt" > now() returning id)
    select exists (select from ended) as was from live`)
  return row?.was
}

/** How many were ended. */
export async function deleteOtherSessions(
  database: Statements,
  caller: Caller,
): Promise<number | undefined> {
  const [row] = await database.rows<{ ended: number }>(sql.unsafe`
    with ${liveCaller(caller)},
    ended as (delete from session using live where "userId" = live.user_id and id <> ${caller.sessionId}::uuid returning "expiresAt")
    select (select count(*)::int from ended where "expiresAt" > now()) as ended from live`)
  return row?.ended
}

/** The hash of the password, null where the account has none, and the e-mail. */
export async function selectPasswordHash(
  database: Statements,
  caller: Caller,
): Promise<{ hash: string | null; email: string } | undefined> {
  const [row] = await database.rows<{ hash: string | null; email: string }>(sql.unsafe`
    with ${liveCaller(caller)}
    select password as hash, email from live join "user" on "user".id = live.user_id left join account on "userId" = live.user_id and "providerId" = 'credential'`)
  return row
}

/**
 * Puts a new hash in the place of the old one, unless somebody else changed the password meanwhile.
 */
export async function replaceHash(
  database: Statements,
  caller: Caller,
  old: string,
  next: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ replaced: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    replaced as (
      update account set password = ${next}, "updatedAt" = now() from live
      where "userId" = live.user_id and "providerId" = 'credential' and password = ${old} returning "userId"
    )
    select exists (select from replaced) as replaced from live`)
  return row?.replaced
}

export async function updateUser(
  database: Statements,
  caller: Caller,
  { name }: Schemas['ProfileUpdate'],
): Promise<Schemas['User'] | undefined> {
  const [user] = await database.rows<Schemas['User']>(sql.unsafe`
    with ${liveCaller(caller)},
    changed as (
      update "user" set name = ${name ?? ''}, "updatedAt" = now() from live where id = live.user_id and ${name !== undefined} and name <> ${name ?? ''}
      returning id, email, name, "createdAt" as created_at
    )
    select * from changed
    union all
    select id, email, name, "createdAt" from "user" join live on id = live.user_id where not exists (select from changed)`)
  return user
}

/**
 * Until the transaction ends nobody writes a task of the caller, so that none waits for the account
 * to go while that waits for it.
 */
export async function holdAccount(database: Statements, caller: Caller): Promise<boolean> {
  const clocks = await database.rows(sql.unsafe`
    with ${liveCaller(caller)}
    select from task_clock join live on task_clock.user_id = live.user_id for update of task_clock`)
  return clocks.length > 0
}

/**
 * Deletes the user, and with them all that is theirs, unless somebody changed the password
 * meanwhile.
 */
export async function deleteUser(
  database: Statements,
  caller: Caller,
  hash: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ deleted: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    deleted as (
      delete from "user" using live
      where id = live.user_id and exists (select from account where "userId" = live.user_id and "providerId" = 'credential' and password = ${hash}) returning id
    )
    select exists (select from deleted) as deleted from live`)
  return row?.deleted
}
