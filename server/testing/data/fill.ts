import type { Database } from '../../database/database.ts'
import { sql } from '../../database/sql.ts'
import { lists } from '../../lists/fields.ts'
import { tasks } from '../../tasks/fields.ts'

/**
 * Gives a user this many tasks of all kinds at once, more than requests could: titles `Task 1` and
 * on, every sorted value often the same.
 */
export async function fillTasks(
  database: Database,
  userId: string,
  count: number,
  listId: string | null = null,
): Promise<void> {
  await database.rows(sql.unsafe`
    insert into tasks (
      user_id, id, version, placed_version, list_id, title, completed_at, due_date, due_time,
      priority, labels, position, created_at, updated_at
    )
    select
      ${userId}::uuid,
      gen_random_uuid(),
      start.version + n,
      start.version + n,
      ${listId}::uuid,
      'Task ' || n % 997,
      case when n % 3 = 0 then now() end,
      case when n % 4 > 0 then current_date + n % 60 end,
      case when n % 4 = 1 then time '09:00' + n % 8 * interval '1 hour' end,
      (array['none', 'low', 'medium', 'high']::task_priority[])[1 + n % 4],
      case when n % 2 = 0 then array['even'] else '{}' end,
      position_at_bottom(start.version + n),
      now() - n % 1000 * interval '1 second',
      now() - n % 777 * interval '1 second'
    from generate_series(1, ${count}::int) n
    cross join (
      select version
      from user_versions
      where user_id = ${userId}::uuid
    ) start`)
  await database.rows(sql.unsafe`
    update user_versions
    set version = version + ${count}::bigint, tasks = used.tasks, bytes = used.bytes
    from (
      select count(*) as tasks, sum(bytes) as bytes
      from (
        select ${tasks.bytesOf('tasks')} as bytes
        from tasks
        where user_id = ${userId}::uuid
        union all
        select ${lists.bytesOf('lists')}
        from lists
        where user_id = ${userId}::uuid
      ) stored
    ) used
    where user_id = ${userId}::uuid`)
}
