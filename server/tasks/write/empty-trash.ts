import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { earlierResponse, type IdempotencyKey, keptResponse } from '../../resource/idempotency.ts'
import type { IdempotentResult } from '../../resource/idempotent-transaction.ts'
import { liveCaller } from '../../resource/live-caller.ts'
import { lockedVersion } from '../../resource/version.ts'
import { purged } from './purge.ts'
import { bytesOf } from './quota.ts'

type TrashEmptied = components['schemas']['TrashEmptied']

/** Most tasks that one request purges. */
const PURGE_LIMIT = 1_000

/**
 * Purges the tasks that have been in the trash longest. Undefined when the caller's session has
 * ended.
 */
export async function emptyTrash(
  database: Database,
  caller: Caller,
  key: IdempotencyKey | undefined,
): Promise<IdempotentResult<TrashEmptied> | undefined> {
  const done = sql.fragment`select 200 as status, response from done`
  const [row] = await database.rows<{ is_same: boolean | null; response: TrashEmptied }>(sql.unsafe`
    with ${liveCaller(caller)}, ${lockedVersion}, ${earlierResponse(key)},
    trash as (
      select id, updated_at
      from tasks
      join locked_version using (user_id)
      where state = 'trashed' and not exists (select from earlier)
      order by updated_at, id
      limit ${PURGE_LIMIT + 1}
    ),
    locked as (
      select tasks.user_id, tasks.id
      from tasks
      join locked_version using (user_id)
      where tasks.id in (select id from trash order by updated_at, id limit ${PURGE_LIMIT})
        and state = 'trashed'
      for update of tasks
    ),
    gone as (
      delete from tasks
      using locked
      where tasks.user_id = locked.user_id and tasks.id = locked.id
      returning tasks.user_id, tasks.id, ${bytesOf('tasks')} as bytes
    ),
    ${purged},
    done as (
      select json_build_object(
        'purged', (select count(*) from gone),
        'is_empty', (select count(*) from gone) = (select count(*) from trash)
      ) as response
      from locked_version
      where not exists (select from earlier)
    )${keptResponse(key, done)}
    select earlier.is_same, coalesce(earlier.response, done.response) as response
    from locked_version
    left join earlier on true
    left join done on true`)
  if (!row) return undefined
  if (row.is_same === false) return { outcome: 'key_reused' }
  return { outcome: row.is_same ? 'replayed' : 'done', body: row.response }
}
