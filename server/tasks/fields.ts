import { sql } from '../database/live-caller.ts'

/** A row of `tasks` as the contract's Task. */
export const task = sql.fragment`
  id, user_id, title, description, completed_at is not null as completed, completed_at, to_char(due_date, 'YYYY-MM-DD') as due_date,
  to_char(due_time, 'HH24:MI') as due_time, due_time_zone, priority::text, labels, position, trashed_at, created_at, updated_at, '"' || version || '"' as etag`

/** What of a row is kept and compared; the rest is generated from it. */
export const columns = sql.fragment`
  tasks.user_id, tasks.id, tasks.version, tasks.title, tasks.description, tasks.completed_at, tasks.due_date, tasks.due_time, tasks.due_time_zone,
  tasks.priority, tasks.labels, tasks.position, tasks.trashed_at, tasks.created_at, tasks.updated_at`

/** Members that a patch may change, and by which a task is the same as another, as columns. */
export const CHANGEABLE = [
  'title',
  'description',
  'completed_at',
  'due_date',
  'due_time',
  'due_time_zone',
  'priority',
  'labels',
]
export const CONTENT = CHANGEABLE.map((name) => (name === 'completed_at' ? 'completed' : name))

export const columnsOf = (row: string, names: string[]) =>
  sql.join(
    names.map((name) => sql.identifier([row, name])),
    sql.fragment`, `,
  )
