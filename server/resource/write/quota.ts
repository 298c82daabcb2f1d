import { type Fragment, sql } from '../../database/sql.ts'

/** What one user may store, trash included. */
export interface Quota {
  /** Lists and colors of labels included. */
  tasks: number
  /** Of names, titles, descriptions and labels, as UTF-8. */
  bytes: number
}

/** SQL for how much more a statement stores. */
export interface Growth {
  tasks: Fragment
  bytes: Fragment
}

/**
 * The rule violation where `user_version` has no room for the growth, else null. A write that
 * stores no more than before is always allowed, also after the quota was lowered.
 */
export function quotaViolation(quota: Quota, { tasks, bytes }: Growth): Fragment {
  return sql.fragment`
    case
      when ${tasks} > 0 and user_version.tasks + ${tasks} > ${quota.tasks}::bigint
        then 'quota_exceeded'
      when ${bytes} > 0 and user_version.bytes + ${bytes} > ${quota.bytes}::bigint
        then 'quota_exceeded'
    end`
}

/** Counts the growth, for the `set` of an update of `user_versions`. */
export function countUsage({ tasks, bytes }: Growth): Fragment {
  return sql.fragment`
    tasks = user_versions.tasks + ${tasks},
    bytes = user_versions.bytes + ${bytes}`
}
