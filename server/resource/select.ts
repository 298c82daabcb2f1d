import type { Caller } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Resource } from './fields.ts'
import { liveCaller, ownedBy } from './live-caller.ts'

/** A resource that is not in the trash. Undefined when the caller's session has ended. */
export async function selectResource<Value>(
  database: Pick<Database, 'read'>,
  caller: Caller,
  { name, table, output }: Resource,
  id: string,
): Promise<{ value: Value | undefined } | undefined> {
  const [row] = await database.read<(Value & { id: string }) | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select ${output}
      from ${table}
      where ${ownedBy('caller', caller, name)}
        and id = ${id}::uuid
        and state <> 'trashed'
    ) found on true`)
  return row && { value: row.id === null ? undefined : row }
}
