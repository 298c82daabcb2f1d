import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Place } from '../../resource/cursor.ts'
import { columnsOf } from '../../resource/field.ts'
import { ownedBy } from '../../resource/live-caller.ts'
import type { Unchanged } from '../../resource/precondition.ts'
import { tasks } from '../fields.ts'
import { type Filter, statesOf } from './filter.ts'
import type { LocalTime } from './local-time.ts'
import { order, type Sort } from './sort.ts'

type Task = components['schemas']['Task']

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

/** The columns of a page: its tasks, and where in their order each one is. */
export const PAGE = columnsOf('page', [...tasks.members, 'place'])

/** Bytes of the texts of a task, as UTF-8. */
export function bytesOf({ title, description, labels }: Task): number {
  let bytes = Buffer.byteLength(title) + Buffer.byteLength(description ?? '')
  for (const label of labels) bytes += Buffer.byteLength(label)
  return bytes
}
