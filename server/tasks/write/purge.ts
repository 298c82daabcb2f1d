import { sql } from '../../database/live-caller.ts'
import { ticks } from '../../resource/version.ts'
import { usedMore } from './quota.ts'

/**
 * From `gone(user_id, id, bytes)`: the clock goes on by one version a task, and what is left of
 * each is kept for those who were away.
 */
export const purged = sql.fragment`
  ticks as (
    update task_clock set ${ticks(sql.fragment`count`)}, ${usedMore({ tasks: sql.fragment`-count`, bytes: sql.fragment`-counted.bytes` })}
    from (select user_id, count(*) as count, sum(bytes) as bytes from gone group by user_id) counted
    where task_clock.user_id = counted.user_id returning task_clock.user_id, task_clock.version - count as version
  ),
  kept_of_them as (
    insert into purged_tasks (user_id, id, version, purged_at)
    select user_id, id, ticks.version + row_number() over (partition by user_id order by id), now() from gone join ticks using (user_id)
    on conflict (user_id, id) do update set version = excluded.version, purged_at = excluded.purged_at
  )`
