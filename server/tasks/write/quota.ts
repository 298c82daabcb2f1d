import { type Fragment, sql } from '../../database/sql.ts'

/** What one user may store, trash included. */
export interface Quota {
  tasks: number
  /** Of titles, descriptions and labels, as UTF-8. */
  bytes: number
}

/** SQL for how much more a statement stores. */
interface Growth {
  tasks: Fragment
  bytes: Fragment
}

/**
 * The bytes that count of a row with `title`, `description` and `labels`. Not a function of the
 * database: PostgreSQL does not inline one that is marked as immutable and calls `array_to_string`,
 * and then plans it at each call.
 */
export function bytesOf(row: string): Fragment {
  const column = (name: string) => sql.identifier([row, name])
  return sql.fragment`
    octet_length(${column('title')})
    + coalesce(octet_length(${column('description')}), 0)
    + octet_length(array_to_string(${column('labels')}, ''))`
}

/**
 * The rule violation where `locked_version` has no room for the growth, else null. A write that
 * stores no more than before is always allowed, also after the quota was lowered.
 */
export function quotaViolation(quota: Quota, { tasks, bytes }: Growth): Fragment {
  return sql.fragment`
    case
      when ${tasks} > 0 and locked_version.tasks + ${tasks} > ${quota.tasks}::bigint
        then 'quota_exceeded'
      when ${bytes} > 0 and locked_version.bytes + ${bytes} > ${quota.bytes}::bigint
        then 'quota_exceeded'
    end`
}

/** Counts the growth, for the `set` of an update of `task_clock`. */
export function countUsage({ tasks, bytes }: Growth): Fragment {
  return sql.fragment`
    tasks = task_clock.tasks + ${tasks},
    bytes = task_clock.bytes + ${bytes}`
}
