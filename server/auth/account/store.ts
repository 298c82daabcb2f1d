import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { liveCaller } from '../../resource/live-caller.ts'

type Schemas = components['schemas']

// Every function returns undefined when the caller's session has ended.

/** The live sessions, the most recently used first. */
export async function selectSessions(
  database: Statements,
  caller: Caller,
): Promise<Schemas['Session'][] | undefined> {
  const sessions = await database.rows<Schemas['Session']>(sql.unsafe`
    with ${liveCaller(caller)}
    select
      id,
      id = ${caller.sessionId}::uuid as current,
      "createdAt" as created_at,
      "updatedAt" as last_seen_at,
      "expiresAt" as expires_at,
      left(nullif("ipAddress", ''), 100) as ip_address,
      left(nullif("userAgent", ''), 1000) as user_agent
    from session
    join caller on "userId" = caller.user_id
    where "expiresAt" > now()
    order by "updatedAt" desc, id desc
    limit 200`)
  return sessions.length > 0 ? [...sessions] : undefined
}

/** Ends a session of the caller; false when there is no such session. */
export async function deleteSessionById(
  database: Statements,
  caller: Caller,
  id: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ was: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    ended as (
      delete from session
      using caller
      where "userId" = caller.user_id
        and id = ${id}::uuid
        and "expiresAt" > now()
      returning id
    )
    select exists (select from ended) as was
    from caller`)
  return row?.was
}

/** Ends all other sessions, and returns how many there were. */
export async function deleteOtherSessions(
  database: Statements,
  caller: Caller,
): Promise<number | undefined> {
  const [row] = await database.rows<{ ended: number }>(sql.unsafe`
    with ${liveCaller(caller)},
    ended as (
      delete from session
      using caller
      where "userId" = caller.user_id
        and id <> ${caller.sessionId}::uuid
      returning "expiresAt"
    )
    select (select count(*)::int from ended where "expiresAt" > now()) as ended
    from caller`)
  return row?.ended
}

/** The hash of the password, null where the account has none, and the e-mail. */
export async function selectPasswordHash(
  database: Statements,
  caller: Caller,
): Promise<{ hash: string | null; email: string } | undefined> {
  const [row] = await database.rows<{ hash: string | null; email: string }>(sql.unsafe`
    with ${liveCaller(caller)}
    select password as hash, email
    from caller
    join "user" on "user".id = caller.user_id
    left join account on "userId" = caller.user_id and "providerId" = 'credential'`)
  return row
}

/** Replaces the hash, unless another request has changed the password meanwhile. */
export async function replaceHash(
  database: Statements,
  caller: Caller,
  old: string,
  next: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ replaced: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    replaced as (
      update account
      set password = ${next}, "updatedAt" = now()
      from caller
      where "userId" = caller.user_id
        and "providerId" = 'credential'
        and password = ${old}
      returning "userId"
    )
    select exists (select from replaced) as replaced
    from caller`)
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
      update "user"
      set name = ${name ?? ''}, "updatedAt" = now()
      from caller
      where id = caller.user_id
        and ${name !== undefined}
        and name <> ${name ?? ''}
      returning id, email, name, "createdAt" as created_at
    )
    select * from changed
    union all
    select id, email, name, "createdAt"
    from "user"
    join caller on id = caller.user_id
    where not exists (select from changed)`)
  return user
}

/**
 * Deletes the user, and everything that belongs to them, unless another request has changed the
 * password meanwhile.
 */
export async function deleteUser(
  database: Statements,
  caller: Caller,
  hash: string,
): Promise<boolean | undefined> {
  const [row] = await database.rows<{ deleted: boolean }>(sql.unsafe`
    with ${liveCaller(caller)},
    deleted as (
      delete from "user"
      using caller
      where id = caller.user_id
        and exists (
          select
          from account
          where "userId" = caller.user_id
            and "providerId" = 'credential'
            and password = ${hash}
        )
      returning id
    )
    select exists (select from deleted) as deleted
    from caller`)
  return row?.deleted
}
