import type { operations } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'

export type Sort = NonNullable<NonNullable<operations['listTasks']['parameters']['query']>['sort']>
type Key = Exclude<Sort, `-${string}`>

/**
 * The least and the greatest where a task has no due date, so that it is last both ways; each has
 * its index.
 */
export const dueOrLast = sql.fragment`coalesce(tasks.due_at, 'infinity')`
export const dueOrFirst = sql.fragment`coalesce(tasks.due_at, '-infinity')`

const KEYS: Record<
  Key,
  {
    ascending: ReturnType<typeof sql.fragment>
    descending?: ReturnType<typeof sql.fragment>
    type: ReturnType<typeof sql.fragment>
  }
> = {
  created_at: { ascending: sql.fragment`tasks.created_at`, type: sql.fragment`timestamptz` },
  updated_at: { ascending: sql.fragment`tasks.updated_at`, type: sql.fragment`timestamptz` },
  due: { ascending: dueOrLast, descending: dueOrFirst, type: sql.fragment`timestamp` },
  priority: { ascending: sql.fragment`tasks.priority`, type: sql.fragment`task_priority` },
  title: {
    ascending: sql.fragment`tasks.title collate "und-x-icu"`,
    type: sql.fragment`text collate "und-x-icu"`,
  },
  position: { ascending: sql.fragment`tasks.position`, type: sql.fragment`text collate "C"` },
}

const isKey = (sort: string): sort is Key => Object.hasOwn(KEYS, sort)
/** `-due` -> `due`. */
function keyOf(sort: Sort): Key {
  const name = sort.replace('-', '')
  if (!isKey(name)) throw new Error(`The contract has a sort that SQL does not know: ${sort}`)
  return name
}

/** How SQL orders by a sort of the contract; equal ones by their id, the same way. */
export function order(sort: Sort) {
  const isDescending = sort.startsWith('-')
  const { ascending, descending = ascending, type } = KEYS[keyOf(sort)]
  return {
    key: isDescending ? descending : ascending,
    direction: isDescending ? sql.fragment`desc` : sql.fragment`asc`,
    /** True of what comes after the task with this key, as text, and this id. */
    isAfter: (key: string, id: string) => {
      const place = sql.fragment`(${key}::${type}, ${id}::uuid)`
      return isDescending
        ? sql.fragment`(${descending}, tasks.id) < ${place}`
        : sql.fragment`(${ascending}, tasks.id) > ${place}`
    },
  }
}
