import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'

/** A quota that no test reaches. */
export const AMPLE = { tasks: 1_000_000, bytes: 1_000_000_000 }

/** Users whose counted tasks or bytes differ from those that are stored: must be none. */
export function wrongUsage(database: Database): Promise<readonly object[]> {
  return database.rows(sql.unsafe`
    with stored as (
      select
        user_id,
        count(*) as tasks,
        sum(bytes) as bytes
      from (
        select
          user_id,
          octet_length(title)
            + coalesce(octet_length(description), 0)
            + octet_length(array_to_string(labels, '')) as bytes
        from tasks
        union all
        select user_id, octet_length(name) + coalesce(octet_length(description), 0)
        from lists
        union all
        select user_id, octet_length(name)
        from labels
      ) each
      group by user_id
    )
    select user_versions.user_id, user_versions.tasks, user_versions.bytes, stored.*
    from user_versions
    left join stored using (user_id)
    where user_versions.tasks <> coalesce(stored.tasks, 0)
      or user_versions.bytes <> coalesce(stored.bytes, 0)`)
}
