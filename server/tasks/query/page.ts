import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Place } from '../../resource/cursor.ts'
import { ownedBy } from '../../resource/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { type Filter, statesOf } from './filter.ts'
import type { LocalTime } from './local-time.ts'
import { order, type Sort } from './sort.ts'

type Task = components['schemas']['Task']

/** Counting stops here: an exact number would cost reading all tasks. */
export const COUNT_LIMIT = 1_000

export interface PageRequest {
  filter: Filter
  /** Needed for a filter by `due`. */
  localTime: LocalTime | undefined
  sort: Sort
  after: Place | undefined
  limit: number
  unchanged: Unchanged
}

export type Page =
  | { changed: false; version: string }
  | {
      changed: true
      version: string
      /** Counted on the first page, up to one over `COUNT_LIMIT`. */
      total: number
      tasks: Task[]
      /** Where the page ends, when there are more. */
      end: Place | undefined
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
      ownedBy('user_version', caller),
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
