import type { Database } from '../database/database.ts'
import { sql } from '../database/live-caller.ts'

/** Room for all that a test does. */
export const AMPLE = { tasks: 1_000_000, bytes: 1_000_000_000 }

/** Users whose number of tasks or bytes is not kept as it is: none, whatever was written. */
export function wrongUsage(database: Database): Promise<readonly object[]> {
  return database.rows(sql.unsafe`
    select task_clock.user_id, task_clock.tasks, task_clock.bytes, count(tasks.id) as there,
      coalesce(sum(octet_length(title) + coalesce(octet_length(description), 0) + octet_length(array_to_string(labels, ''))), 0) as bytes_there
    from task_clock left join tasks using (user_id) group by task_clock.user_id
    having task_clock.tasks <> count(tasks.id)
      or task_clock.bytes <> coalesce(sum(octet_length(title) + coalesce(octet_length(description), 0) + octet_length(array_to_string(labels, ''))), 0)`)
}
