import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from '../idempotency/idempotency.ts'
import type { IdempotentResult } from '../idempotency/transaction.ts'
import { liveCaller } from '../live-caller.ts'
import { isOutdated, userVersion } from '../version.ts'
import { PURGE_LIMIT, purge } from './purge.ts'

const ALL = {
  stays: () => sql.fragment`false`,
  isWanted: sql.fragment`not exists (select from earlier)`,
}

type TrashEmptied = components['schemas']['TrashEmptied']

/**
 * Purges what has been in the trash longest. Undefined when the caller's session has ended.
 *
 * @param kinds a kind comes after those that refer to it
 */
export async function emptyTrash(
  database: Statements,
  caller: Caller,
  kinds: Resource[],
  key: IdempotencyKey | undefined,
): Promise<IdempotentResult<TrashEmptied> | undefined> {
  const done = sql.fragment`
      select 200 as status, response from done where not (${isOutdated('changed')})`
  type Row = { is_same: boolean | null; is_outdated: boolean; response: TrashEmptied }
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    ${purge(caller, kinds, ALL)},
    done as (
      select json_build_object(
        'purged', coalesce((select count from changed), 0),
        'is_empty', (select count(*) from doomed) <= ${PURGE_LIMIT}
      ) as response
      from user_version
      where not exists (select from earlier)
    )${keptResponse(key, done)}
    select
      earlier.is_same,
      ${isOutdated('changed')} as is_outdated,
      coalesce(earlier.response, done.response) as response
    from user_version
    left join earlier on true
    left join done on true`
  const [row] = await database.write<Row>(caller.userId, { ...statement, isLong: true })
  if (!row) return undefined
  if (row.is_same === false) return { outcome: 'key_reused' }
  return { outcome: row.is_same ? 'replayed' : 'done', body: row.response }
}

/** Purges the resources of a kind that have these ids and are in the trash. */
export async function purgeTrashed(
  database: Statements,
  caller: Caller,
  kind: Resource,
  ids: readonly string[],
): Promise<void> {
  const which = {
    stays: (table: string) =>
      sql.fragment`${sql.identifier([table, 'id'])} <> all(${sql.array(ids, 'uuid')})`,
    isWanted: sql.fragment`true`,
  }
  await database.write(
    caller.userId,
    sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${purge(caller, [kind], which)}
    select ${isOutdated('changed')} as is_outdated
    from user_version`,
  )
}
