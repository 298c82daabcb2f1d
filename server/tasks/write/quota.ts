import { sql } from '../../database/live-caller.ts'

type Fragment = ReturnType<typeof sql.fragment>

/**
 * What one user may have, trash included: tasks, and bytes of their titles, descriptions and
 * labels.
 */
export interface Quota {
  tasks: number
  bytes: number
}

/** The bytes that count of a row with `title`, `description` and `labels`. */
export function bytesOf(row: string): Fragment {
  const column = (name: string) => sql.identifier([row, name])
  return sql.fragment`task_bytes(${column('title')}, ${column('description')}, ${column('labels')})`
}

/**
 * The fault where `held` has no room for so many more. What takes no more than before is never too
 * much, also where the quota was lowered.
 */
export function quotaFault(quota: Quota, more: { tasks: Fragment; bytes: Fragment }): Fragment {
  return sql.fragment`
    case
      when ${more.tasks} > 0 and held.tasks + ${more.tasks} > ${quota.tasks}::bigint then 'quota_exceeded'
      when ${more.bytes} > 0 and held.bytes + ${more.bytes} > ${quota.bytes}::bigint then 'quota_exceeded'
    end`
}

/** So much more of it is used; for the `set` of an update of the clock. */
export function usedMore(more: { tasks: Fragment; bytes: Fragment }): Fragment {
  return sql.fragment`tasks = task_clock.tasks + ${more.tasks}, bytes = task_clock.bytes + ${more.bytes}`
}
