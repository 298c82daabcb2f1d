import { type Fragment, sql } from '../../database/sql.ts'

/** What a write does to the series of its task, where that is known. */
export interface SeriesStep {
  /** Where it completes or reopens the task: the task that follows it; null: none. */
  next?: { id: string; due: string } | null
  /** Where it moves the task to another date: see `Recurring.series_time`. */
  time?: string | null
}

/**
 * For the violation of a write that completes or reopens a task: `recurs` and what the next task is
 * made from, as JSON, or `reopens`, the id of the next task and when it was due. Null where the
 * write is about no series, or its step is known. See `completeInSeries`.
 *
 * @param next the row with the new values
 * @param completedAt the new value of `completed_at`
 */
export function seriesViolation(
  next: string,
  completedAt: Fragment,
  step: SeriesStep | undefined,
): Fragment {
  if (step) return sql.fragment`null::text`
  const value = (name: string) => sql.fragment`${sql.identifier([next, name])}`
  return sql.fragment`
    (
      select
        case
          when current.completed_at is null
            and ${completedAt} is not null
            and ${value('recurrence')} is not null
            then 'recurs ' || json_build_object(
              'id', current.id,
              'parent_id', ${value('parent_id')},
              'series_id', coalesce(current.series_id, current.id),
              'starts_on', ${value('starts_on')},
              'due_date', ${value('due_date')},
              'due_time', to_char(${value('due_time')}, 'HH24:MI'),
              'due_time_zone', ${value('due_time_zone')},
              'recurrence', ${value('recurrence')},
              'series_time', case
                when ${value('due_time')} is not distinct from current.due_time
                  then to_char(current.series_time, 'HH24:MI')
              end
            )::text
          when current.completed_at is not null
            and ${completedAt} is null
            and current.next_task_id is not null
            then 'reopens ' || current.next_task_id || ' ' || coalesce(current.next_due, '')
        end
      from current
    )`
}

/** The columns of a task that is completed or reopened. */
export const columnsOfNext = (next: NonNullable<SeriesStep>['next']) => ({
  next_task_id: sql.fragment`${next?.id ?? null}::uuid`,
  next_due: sql.fragment`${next?.due ?? null}::text`,
})
