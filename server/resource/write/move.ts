import type { Caller } from '../../contract/handlers.ts'
import type { Statements } from '../../database/database.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'
import type { ChangeResult } from '../result.ts'
import { type Guard, writeResource } from './write.ts'

/** A place in the manual order, as exactly one member. */
export interface Place {
  /** The id of the resource that it comes directly before. */
  before?: string
  /** The id of the resource that it comes directly after. */
  after?: string
  to?: 'top' | 'bottom'
}

/**
 * Moves a resource between its new neighbours, unless it is there already.
 *
 * anchor: the position of the one that the request names. low and high: the positions of the two
 * new neighbours, null at an end.
 */
export function moveResource<Value>(
  database: Statements,
  caller: Caller,
  resource: Resource,
  id: string,
  to: Place,
  guard: Guard,
): Promise<ChangeResult<Value> | undefined> {
  const { table } = resource
  const anchorId = to.before ?? to.after ?? null
  const [low, high] = neighboursOf(resource, caller, to)
  return writeResource(database, caller, resource, id, guard, {
    next: sql.fragment`
      select
        gap.*,
        case
          when ${anchorId !== null} and anchor is null then 'neighbour_missing'
          when not is_in_place and position_between(low, high, 0) is null
            then 'position_exhausted ' || (
              select id
              from ${table} other
              where other.user_id = ${caller.userId}::uuid
                and other.user_id = gap.user_id
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
              from ${table} other
              where other.user_id = ${caller.userId}::uuid
                and other.user_id = current.user_id
                and other.id = ${anchorId}::uuid
                and other.id <> current.id
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

function neighboursOf(
  resource: Resource,
  caller: Caller,
  to: Place,
): [low: Fragment, high: Fragment] {
  const nearest = (where: Where) => nearestOf(resource, caller, where)
  const none = sql.fragment`null::text`
  if (to.before !== undefined) return [nearest('below'), sql.fragment`anchor`]
  if (to.after !== undefined) return [sql.fragment`anchor`, nearest('above')]
  return to.to === 'top' ? [none, nearest('first')] : [nearest('last'), none]
}

type Where = 'below' | 'above' | 'first' | 'last'

/**
 * The position next to the anchor, or at an end, of all but the one that moves and those in the
 * trash. Those that are open and those that are done each have their part of the index.
 */
function nearestOf({ table }: Resource, caller: Caller, where: Where): Fragment {
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
      from (values ('open'::resource_state), ('done')) half (state)
      cross join lateral (
        select other.position
        from ${table} other
        where other.user_id = ${caller.userId}::uuid
          and other.user_id = current.user_id
          and other.state = half.state
          and other.id <> current.id
          ${bound}
        order by other.position ${direction}
        limit 1
      ) near
    )`
}
