import { sql } from '../../database/sql.ts'
import { nextVersions } from '../../resource/version.ts'
import { countUsage } from './quota.ts'

const usage = countUsage({
  tasks: sql.fragment`-counted.count`,
  bytes: sql.fragment`-counted.bytes`,
})

/**
 * What follows `gone(user_id, id, bytes)`, the tasks that a statement deletes for good: each takes
 * a version of its user, and its id stays in the change feed.
 */
export const purged = sql.fragment`
  advanced as (
    update task_clock
    set ${nextVersions(sql.fragment`counted.count`)}, ${usage}
    from (
      select user_id, count(*) as count, sum(bytes) as bytes
      from gone
      group by user_id
    ) counted
    where task_clock.user_id = counted.user_id
    returning task_clock.user_id, task_clock.version - counted.count as version
  ),
  tombstones as (
    insert into purged_tasks (user_id, id, version, purged_at)
    select
      user_id,
      id,
      advanced.version + row_number() over (partition by user_id order by id),
      now()
    from gone
    join advanced using (user_id)
    on conflict (user_id, id) do update
    set version = excluded.version, purged_at = excluded.purged_at
  )`
