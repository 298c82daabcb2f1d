import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Place } from '../../resource/cursor.ts'
import { ownedBy } from '../../resource/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { type Filter, statesOf } from './filter.ts'
import type { LocalTime } from './local-time.ts'
import { order, type Sort } from './sort.ts'

export interface PageRequest {
  filter: Filter
  /** Needed for a filter by `due` or `started`. */
  localTime: LocalTime | undefined
  sort: Sort
  after: Place | undefined
  limit: number
  unchanged: Unchanged
}

/**
 * The caller's rows that fit, up to `count` of each state. Each state is read in order from its
 * part of the index, and no further than needed.
 */
export function inOrder(
  caller: Caller,
  { filter, sort }: Pick<PageRequest, 'filter' | 'sort'>,
  { select, count, fits }: { select: Fragment; count: number; fits: Fragment[] },
): Fragment {
  const { key, direction } = order(sort)
  const ofState = (state: string) => {
    const all = [
      ownedBy('user_version', caller, 'tasks'),
      sql.fragment`user_version.changed`,
      sql.fragment`tasks.state = ${state}::resource_state`,
      ...fits,
    ]
    return sql.fragment`
        (
          select ${select}
          from tasks
          where ${sql.join(all, sql.fragment` and `)}
          order by ${key} ${direction}, id ${direction}
          limit ${count}
        )`
  }
  return sql.fragment`${sql.join(statesOf(filter).map(ofState), sql.fragment` union all `)}`
}

/** What a page has beside its tasks. */
export interface PageColumns {
  sort_key: unknown
  place: string
  bytes: number
}

export function taskOf<Row extends PageColumns>({
  sort_key,
  place,
  bytes,
  ...task
}: Row): Omit<Row, keyof PageColumns> {
  return task
}
