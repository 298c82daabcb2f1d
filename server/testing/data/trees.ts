import { expect } from 'vitest'
import { sql } from '../../database/sql.ts'
import type { TestService } from '../service.ts'

/**
 * What must hold of the stored subtasks of everyone: each is one level below its parent, in its
 * list, and went to the trash no later; and each task counts those that are not in the trash.
 */
export async function expectWholeTrees({ database }: TestService): Promise<void> {
  const broken = await database.rows(sql.unsafe`
    select task.title, task.level, task.subtasks_open, task.subtasks_done
    from tasks task
    left join tasks parent on parent.user_id = task.user_id and parent.id = task.parent_id
    where task.level <> coalesce(parent.level, 0) + 1
      or (parent.id is not null and task.list_id is distinct from parent.list_id)
      or (parent.trashed_at is not null and task.trashed_at is null)
      or task.trashed_at > parent.trashed_at
      or (task.subtasks_open, task.subtasks_done) <> (
        select count(*) filter (where state = 'open'), count(*) filter (where state = 'done')
        from tasks subtask
        where subtask.user_id = task.user_id and subtask.parent_id = task.id
      )`)
  expect(broken).toEqual([])
}
