import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { ChangeResult } from './result.ts'
import { type Guard, writeTask } from './write-task.ts'

type TaskMove = components['schemas']['TaskMove']

/**
 * Moves a task between its new neighbours, unless it is there already.
 *
 * anchor: the position of the task that the request names. low and high: the positions of the two
 * new neighbours, null at an end.
 */
export function moveTask(
  database: Statements,
  caller: Caller,
  id: string,
  to: TaskMove,
  guard: Guard,
): Promise<ChangeResult | undefined> {
  const anchorId = to.before ?? to.after ?? null
  const [low, high] = neighboursOf(to)
  return writeTask(database, caller, id, guard, {
    next: sql.fragment`
      select
        gap.*,
        case
          when ${anchorId !== null} and anchor is null then 'neighbour_missing'
          when not is_in_place and position_between(low, high, 0) is null
            then 'position_exhausted ' || (
              select id
              from tasks
              where tasks.user_id = gap.user_id
                and position = case when anchor = low then high else low end
            )
        end as violation
      from (
        select
          *,
          (low is null or position > low) and (high is null or position < high) as is_in_place
        from (
          select current.user_id, current.id, current.position, anchor,
          ${low} as low, ${high} as high
          from current
          cross join lateral (
            select (
              select position
              from tasks
              where user_id = current.user_id
                and id = ${anchorId}::uuid
                and id <> current.id
                and state <> 'trashed'
            ) as anchor
          ) anchored
          where matched
        ) between_neighbours
      ) gap`,
    differs: sql.fragment`not is_in_place`,
    assignments: sql.fragment`
      position = position_between(changed.low, changed.high, advanced.version)`,
  })
}

function neighboursOf(to: TaskMove): [low: Fragment, high: Fragment] {
  const none = sql.fragment`null::text`
  if (to.before !== undefined) return [nearest('below'), sql.fragment`anchor`]
  if (to.after !== undefined) return [sql.fragment`anchor`, nearest('above')]
  return to.to === 'top' ? [none, nearest('first')] : [nearest('last'), none]
}

/**
 * The position next to the anchor, or at an end, of all tasks but the one that moves and those in
 * the trash. Open and completed tasks each have their part of the index.
 */
function nearest(where: 'below' | 'above' | 'first' | 'last'): Fragment {
  const isUpward = where === 'above' || where === 'first'
  const [direction, choose] = isUpward
    ? [sql.fragment`asc`, sql.fragment`min`]
    : [sql.fragment`desc`, sql.fragment`max`]
  const bound = {
    below: sql.fragment`and position < anchor`,
    above: sql.fragment`and position > anchor`,
    first: sql.fragment``,
    last: sql.fragment``,
  }[where]
  return sql.fragment`
    (
      select ${choose}(near.position)
      from (values ('open'::task_state), ('done')) half (state)
      cross join lateral (
        select other.position
        from tasks other
        where other.user_id = current.user_id
          and other.state = half.state
          and other.id <> current.id
          ${bound}
        order by other.position ${direction}
        limit 1
      ) near
    )`
}
