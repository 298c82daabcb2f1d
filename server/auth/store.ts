import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { liveCaller } from '../resource/live-caller.ts'

type User = components['schemas']['User']

/** The user of a live session; undefined when it has ended. */
export async function selectUser(database: Database, caller: Caller): Promise<User | undefined> {
  const [user] = await database.read<User>(sql.unsafe`
    with ${liveCaller(caller)}
    select id, email, name, "createdAt" as created_at
    from "user"
    join caller on caller.user_id = id`)
  return user
}

/** Ends a session; false when it had ended before. */
export async function deleteSession(database: Database, caller: Caller): Promise<boolean> {
  const ended = await database.rows(sql.unsafe`
    with ${liveCaller(caller)}
    delete from session
    using caller
    where id = ${caller.sessionId}::uuid
      and "userId" = caller.user_id
    returning id`)
  return ended.length > 0
}

/** Whether an account has this e-mail, in whatever case. */
export async function isEmailTaken(database: Database, email: string): Promise<boolean> {
  const accounts = await database.rows(sql.unsafe`
    select
    from "user"
    where email = ${email.toLowerCase()}`)
  return accounts.length > 0
}

/** The password hash of the account with this e-mail, in whatever case it is written. */
export async function selectHashOfEmail(database: Database, email: string): Promise<string | null> {
  const [row] = await database.rows<{ hash: string | null }>(sql.unsafe`
    select password as hash
    from account
    join "user" on "user".id = "userId"
    where email = ${email.toLowerCase()}
      and "providerId" = 'credential'`)
  return row?.hash ?? null
}

/** Whether this is still the hash of a user, once a change that is under way has ended. */
export async function isHashOf(
  database: Database,
  userId: string,
  hash: string | null,
): Promise<boolean> {
  const rows = await database.rows(sql.unsafe`
    select
    from account
    where "userId" = ${userId}::uuid
      and "providerId" = 'credential'
      and password = ${hash}
    for share`)
  return rows.length > 0
}
